"""Dates in résumés, as people write them."""

import pytest

from gpu_worker.engines.rules.dates import Moment, spans


def said(moment: Moment | None) -> str:
    if moment is None:
        return "now"
    first, last = divmod(moment.first, 12), divmod(moment.last, 12)
    if moment.is_year:
        return str(first[0])
    return f"{first[0]}-{first[1] + 1:02}" + (f"/{last[1] + 1:02}" if last != first else "")


def read(line: str) -> list[str]:
    return [f"{said(span.since)} to {said(span.until)}" for span in spans(line)]


@pytest.mark.parametrize(
    ("line", "span"),
    [
        ("Mar 2019 – Present", "2019-03 to now"),
        ("March 2019 - May 2021", "2019-03 to 2021-05"),
        ("2019-2021", "2019 to 2021"),
        ("2019 — 2021", "2019 to 2021"),
        ("2019 to 2021", "2019 to 2021"),
        ("2019–21", "2019 to 2021"),
        ("03/2019 - 05/2021", "2019-03 to 2021-05"),
        ("03.2019-05.2021", "2019-03 to 2021-05"),
        ("2019-03 – 2021-05", "2019-03 to 2021-05"),
        ("06/19 – 08/21", "2019-06 to 2021-08"),
        ("01.03.2019 – 31.05.2021", "2019-03 to 2021-05"),
        ("1 March 2019 to 31 May 2021", "2019-03 to 2021-05"),
        ("March 1, 2019 - June 2, 2020", "2019-03 to 2020-06"),
        ("Mar '19 – May '21", "2019-03 to 2021-05"),
        ("Nov 2018 → Jan 2020", "2018-11 to 2020-01"),
        ("Jun 2018 through Jul 2019", "2018-06 to 2019-07"),
        ("May – Aug 2022", "2022-05 to 2022-08"),
        ("Summer 2020", "2020-06/08 to 2020-06/08"),
        ("Fall 2018 - Spring 2020", "2018-09/11 to 2020-03/05"),
        ("Q1 2020 - Q3 2021", "2020-01/03 to 2021-07/09"),
        ("since 2019", "2019 to now"),
        ("2019 –", "2019 to now"),
        ("May 2020 - to date", "2020-05 to now"),
        ("(2019-present)", "2019 to now"),
        ("Baker, Sept 2018 – May 2023, Ohio", "2018-09 to 2023-05"),
        ("2021 – 2019", "2019 to 2021"),
        ("Jan. 2019 – heute", "2019-01 to now"),
        ("März 2018 bis Juni 2020", "2018-03 to 2020-06"),
        ("seit 03/2019", "2019-03 to now"),
        ("Okt. 2017 – Dez. 2019", "2017-10 to 2019-12"),
        ("janv. 2017 - déc. 2019", "2017-01 to 2019-12"),
        ("De mars 2018 à aujourd’hui", "2018-03 to now"),
        ("août 2016 – févr. 2018", "2016-08 to 2018-02"),
        ("enero de 2017 a marzo de 2019", "2017-01 to 2019-03"),
        ("Desde 2018 hasta la fecha", "2018 to now"),
        ("agosto 2018 - actualidad", "2018-08 to now"),
    ],
)
def test_a_span_is_read_however_it_is_written(line, span):
    assert read(line) == [span]


def test_a_line_may_hold_several():
    assert read("2015 to 2018 and 2019 - 2020") == ["2015 to 2018", "2019 to 2020"]


@pytest.mark.parametrize(
    "line",
    [
        "10.1234/neurips.2023.1234",
        "20190501",
        "Room 2100",
        "May I help you?",
        "the march of progress",
        "v2019.3",
    ],
)
def test_what_only_looks_like_a_date_is_none(line):
    assert read(line) == []

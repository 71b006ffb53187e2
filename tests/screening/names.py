"""Invented names of many origins, addresses that lead nowhere, numbers that are kept free for fiction."""

import unicodedata
from random import Random

from tests.screening.facts import Name

# Given names of women and of men, and family names made up in the manner of each origin.
_ORIGINS: dict[str, tuple[str, str, str]] = {
    "West African": ("Adaeze Folake Abena Ngozi", "Kwabena Chidi Oluwaseun Emeka", "Okwulire Adeyanwo Boatemfi Nwachidi"),
    "East Asian": ("Mei-Lin Haruka Ji-woo Xiaoyun", "Haoran Takeshi Min-jun Weilong", "Zhoufang Takamurai Hwangbaek Linquan"),
    "South Asian": ("Ananya Fathima Priyanka Nusrat", "Arjun Tharindu Imtiaz Vikram", "Ramanekar Wickramagoda Chaudhrani Iyenpatha"),
    "Arabic": ("Layla Yasmin Noura Salma", "Tariq Yousef Khalil Omar", "Al-Haddawi Benmansoura Qabbarini Zaydanit"),
    "Latin American": ("Ximena Marisol Catalina Inés", "Joaquín Mateo Andrés Íñigo", "Valdemorro Quirozca Peñalverde Itzcoatlán"),
    "Slavic": ("Bohdana Jadwiga Zdenka Milica", "Bohdan Kazimierz Tomáš Dragan", "Ostrivnyk Wierzbowicki Dvoránek Jovanoski"),
    "Nordic": ("Sigrid Åsa Solveig Aino", "Søren Björn Eetu Leif", "Havgaardsen Lindqvarn Fjellstrøm Kivimaala"),
    "Germanic": ("Annegret Lieselotte Femke Greta", "Jürgen Matthias Joost Ruben", "Müllerstein Vonderhagen Brückenthaler Veldkampen"),
    "Anglo": ("Ruby Imogen Charlotte Bronwyn", "Rufus Callum Dexter Jasper", "Quillfeather Ashgrovely Pennyworthing Thistledown"),
    "Romance": ("Océane Giulia Mireille Beatriz", "Étienne Lorenzo Baptiste Tiago", "Beaurivagel Montefalchi Delacourvant Figueirinha"),
    "Turkic": ("Gülnihal Zeynep Aizada Dilnoza", "Emre Baurzhan Timur Kerem", "Karadaylar Nurmaganov Yildirman Tashmatli"),
    "Bantu": ("Thandiwe Wanjiru Nomvula Chipo", "Sipho Kamau Tendai Mthunzi", "Mkhozane Wambuguri Chirandu Ndlovana"),
}  # fmt: skip
ORIGINS = tuple(_ORIGINS)
WOMEN, MEN = 0, 1

PLAIN = str.maketrans("øØłŁıßæðđ", "oOlLisado")
DOMAINS = ("example.org", "example.com", "example.net", "mail.example.org", "post.example.com")


def of(origin: str, gender: int, random: Random) -> Name:
    given, family = (
        random.choice(_ORIGINS[origin][gender].split()),
        random.choice(_ORIGINS[origin][2].split()),
    )
    return Name(given=given, family=family, origin=f"{origin}, {('woman', 'man')[gender]}")


def drawn(count: int, random: Random) -> list[Name]:
    """`count` names: every origin and gender in turn, none twice while there are others."""
    names = [
        Name(given=given, family=family, origin=f"{origin}, {('woman', 'man')[gender]}")
        for origin in ORIGINS
        for gender in (WOMEN, MEN)
        for given in _ORIGINS[origin][gender].split()
        for family in _ORIGINS[origin][2].split()
    ]
    random.shuffle(names)
    return [names[number % len(names)] for number in range(count)]


def email(name: Name, random: Random) -> str:
    given, family = plain(name.given), plain(name.family)
    local = random.choice(
        [
            f"{given}.{family}",
            f"{given}{family}",
            f"{given[0]}.{family}",
            f"{family}.{given}",
            f"{given}_{family}",
        ]
    )
    return f"{local}{random.choice(['', '', str(random.randrange(2, 99))])}@{random.choice(DOMAINS)}"


def plain(text: str) -> str:
    """`text` as addresses have it: ASCII letters, in lower case."""
    folded = unicodedata.normalize("NFKD", text.translate(PLAIN)).casefold()
    return "".join(letter for letter in folded if letter.isascii() and letter.isalpha())


def phone(random: Random) -> tuple[str, str]:
    """A number that nobody has, as E.164 and as people write it."""
    last = random.randrange(100)
    return random.choice(
        [
            (f"+120255501{last:02}", f"+1 202-555-01{last:02}"),
            (f"+120655501{last:02}", f"+1 (206) 555-01{last:02}"),
            (f"+4477009009{last:02}", f"+44 7700 9009{last:02}"),
            (f"+4477009003{last:02}", f"+44 (0)7700 9003{last:02}"),
            (f"+49302312504{last % 10}", f"+49 30 2312504{last % 10}"),
            (f"+331990012{last:02}", f"+33 1 99 00 12 {last:02}"),
            (f"+467017406{5 + last // 34}{last % 10}", f"+46 70-174 06 {5 + last // 34}{last % 10}"),
            (f"+3532091512{last:02}", f"+353 20 915 12{last:02}"),
        ]
    )

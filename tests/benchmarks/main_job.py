"""How much the whole path costs beside the work itself: upload to verdict, against reading the same files.

One run, one machine: `FILES` distinct résumés are sent through the API of a real stack and waited for; then
the same bytes are opened and judged one after the other without site, database, Redis or worker. Prints JSON
lines {"name", "value", "unit", "ratio", "against"}; a ratio below 1 is quicker than what it stands against.
"""

import json
import os
import socket
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wfc_site.settings")

import httpx

from candidates.documents import extraction, kinds
from gpu_worker.engines.protocol import Request
from gpu_worker.engines.rules.verdict import evaluate
from models_admin.models.thresholds import Thresholds
from tests.launch import stack_process

FILES = 60
SAMPLES = sorted((Path(__file__).parents[1] / "data" / "resumes").glob("*.pdf"))
JOB = {"title": "Bench", "description": "Requirements: Python, C++, PyTorch, CUDA, Kubernetes."}


def main() -> None:
    files = [different(SAMPLES[n % len(SAMPLES)].read_bytes(), n) for n in range(FILES)]
    with tempfile.TemporaryDirectory() as folder:
        whole_s, upload_s = through_the_stack(Path(folder), files)
        alone_s = alone(Path(folder), files)
    show(
        "main_job.upload_to_verdict",
        whole_s / FILES * 1000,
        "ms per résumé",
        whole_s / alone_s,
        "opening and judging alone",
    )
    show(
        "main_job.accept",
        upload_s / FILES * 1000,
        "ms per résumé",
        upload_s / alone_s,
        "opening and judging alone",
    )
    show("main_job.alone", alone_s / FILES * 1000, "ms per résumé", 1.0, "itself")


def different(pdf: bytes, number: int) -> bytes:
    """The same document in other bytes: what stands behind a PDF's end is not read."""
    return pdf + f"\n% {number}\n".encode()


def through_the_stack(folder: Path, files: list[bytes]) -> tuple[float, float]:
    """Seconds until every file has its verdict, and until the last one was accepted."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with stack_process.running(folder, port):
        person = stack_process.demo(folder)["users"]["recruiter"]
        headers = {"Authorization": f"Token {person['token']}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=300) as api:
            job = api.post("/api/jobs", json=JOB).json()["id"]
            batch = api.post("/api/batches", json={"job_id": job, "announced_count": FILES}).json()["id"]
            began = time.perf_counter()
            for number, content in enumerate(files):
                sent = {"file": (f"{number}.pdf", content, "application/pdf")}
                api.post(f"/api/batches/{batch}/files", files=sent).raise_for_status()
            accepted_s = time.perf_counter() - began
            while (counts := api.get(f"/api/batches/{batch}").json()["counts"])["open"]:
                time.sleep(0.02)
            whole_s = time.perf_counter() - began
    assert counts["evaluated"] == FILES, counts
    return whole_s, accepted_s


def alone(folder: Path, files: list[bytes]) -> float:
    """Seconds to open and judge the files one after the other."""
    paths = []
    for number, content in enumerate(files):
        paths.append(folder / f"{number}.pdf")
        paths[-1].write_bytes(content)
    began = time.perf_counter()
    for path in paths:
        document = extraction.read_document(path, kinds.PDF, max_pages=20)
        pages = tuple(page.text for page in document.pages)
        evaluate(
            Request(id=1, job_title=JOB["title"], job_description=JOB["description"], pages=pages),
            Thresholds(),
        )
    return time.perf_counter() - began


def show(name: str, value: float, unit: str, ratio: float, against: str) -> None:
    line = {
        "name": name,
        "value": round(value, 1),
        "unit": unit,
        "ratio": round(ratio, 2),
        "against": against,
    }
    print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()

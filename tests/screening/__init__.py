"""Made-up people with known facts, jobs, and layouts: résumés of which the right answer is known.

Nobody in here exists. `python -m tests.screening FOLDER` writes résumés into a folder.
"""

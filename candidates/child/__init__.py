"""What runs in the limited child process: standard library, PDFium and Pillow, nothing of Django.

`server` is the script that is started, `main` the one that it runs for each file; the other modules each read
one kind of file.
"""

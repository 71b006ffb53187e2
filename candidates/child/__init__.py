"""What runs in the limited child process: standard library, PDFium and Pillow, nothing of Django.

`main` is the script; the other modules each read one kind of file.
"""

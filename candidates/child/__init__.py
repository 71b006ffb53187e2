"""The sandbox: code of the limited child process, with the standard library, PDFium and Pillow, no Django.

`server` is the fork server's script, `main` the one that it runs for each file; the other modules each read
one kind of file.
"""

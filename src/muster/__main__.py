"""`python -m muster`: the command line, for an interpreter that is known by its path."""

from muster.cli import main

if __name__ == "__main__":
    main()

from __future__ import annotations

from plumbline.cli import main

if __name__ == "__main__":
    main()

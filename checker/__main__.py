"""`python -m checker` is `rydecheck`."""

import sys

from checker.cli import main

sys.exit(main())

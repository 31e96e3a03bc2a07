"""`python -m fangxian.console`: the same as `fangxian`."""

from fangxian.console.cli import main

main()

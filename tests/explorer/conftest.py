"""What tests of sites start from; see ``sites``."""

from sites import browser, few, open_site, served

__all__ = ["browser", "few", "open_site", "served"]

"""What is known of buying groups, written back onto records that the company's CRM has already."""

from muster.writing_back.preview import Preview, preview

__all__ = ["Preview", "preview"]

"""What is known of buying groups, written back onto records that the company's CRM has already."""

from muster.writing_back.preview import Preview, preview
from muster.writing_back.sending import undoable
from muster.writing_back.write import Report, field_states, switch, undo, unmapped, write_back

__all__ = [
    "Preview",
    "Report",
    "field_states",
    "preview",
    "switch",
    "undo",
    "undoable",
    "unmapped",
    "write_back",
]

"""Small signs: a character each in DOT, drawn in SVG, so that no font has to have them."""

CLOCK = "⏱"
URGENT = "⚡"
TRAP = "⊘"
ITSELF = "↻"
DASHED = "┄"
DOTTED = "┈"
START = "●"
FINAL = "◎"

# Strokes and fills on a square of 16 units; `{c}` is the colour.
DRAWN = {
    CLOCK: '<circle cx="8" cy="9" r="5.6" fill="none" stroke="{c}" stroke-width="1.5"/>'
    '<path d="M8 5.8V9l2.2 1.5M6.2 1.6h3.6M8 1.6v1.8" fill="none" stroke="{c}" '
    'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>',
    URGENT: '<path d="M9.4 1 3.2 9.2h4L6.4 15l6.4-8.4h-4z" fill="{c}"/>',
    TRAP: '<circle cx="8" cy="8" r="6" fill="none" stroke="{c}" stroke-width="1.8"/>'
    '<path d="M3.8 3.8 12.2 12.2" stroke="{c}" stroke-width="1.8"/>',
    ITSELF: '<path d="M13.2 8a5.2 5.2 0 1 1-1.7-3.9" fill="none" stroke="{c}" stroke-width="1.6" '
    'stroke-linecap="round"/><path d="M12.9 1.2v3.6H9.3z" fill="{c}"/>',
    DASHED: '<path d="M-5 8H13" fill="none" stroke="{c}" stroke-width="1.4" '
    'stroke-dasharray="4 2.5"/><path d="M13 4.5 20 8l-7 3.5z" fill="{c}"/>',
    DOTTED: '<path d="M-5 8H13" fill="none" stroke="{c}" stroke-width="1.6" '
    'stroke-dasharray="1.4 2.6"/><path d="M13 4.5 20 8l-7 3.5z" fill="{c}"/>',
    FINAL: '<rect x="-1" y="1.5" width="18" height="13" rx="4.5" fill="none" stroke="{c}" '
    'stroke-width="1.3"/><rect x="1.6" y="4.1" width="12.8" height="7.8" rx="2.4" fill="none" '
    'stroke="{c}" stroke-width="1.3"/>',
    START: '<circle cx="8" cy="8" r="4.2" fill="{c}"/>',
}  # fmt: skip

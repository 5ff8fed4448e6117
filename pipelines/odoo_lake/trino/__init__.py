"""Silver and gold on Trino, for the production shape: same models, same figures, same checks."""

import logging

# When it is imported, the driver tells of OAuth tokens that nobody asked it to keep.
logging.getLogger("trino.auth").setLevel(logging.WARNING)

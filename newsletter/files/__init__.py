"""Files an editor sees: issues, templates, pictures, exports, rejected rows; written whole or not at all."""

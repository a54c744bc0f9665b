"""Pages: routes, handlers, forms, templates, and the words on them."""

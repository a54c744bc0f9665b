"""The steps. Each runs beside the release before it."""

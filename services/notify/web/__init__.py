"""notify over HTTP: for staff, for the page behind a personal link, for calendar programs, for the SMS provider."""

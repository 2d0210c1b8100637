"""Facebook Messenger, and the public comments of a page."""

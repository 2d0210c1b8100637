"""What a person is given of everything we keep of them: words, a page for their phone, and the archive around it. Pure."""

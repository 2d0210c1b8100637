"""What WhatsApp, Messenger and Instagram share: signatures, the Graph API's wire and its errors."""

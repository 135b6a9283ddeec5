-- What was said since a position, in whichever conversation: for chats that are being looked at.
CREATE INDEX conversation_line_news ON conversation_line (merchant_id, pos, idx);

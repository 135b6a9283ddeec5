-- Whether what is handed over becomes a ticket, from a policy's position on.
ALTER TABLE act_policy ADD COLUMN tickets INTEGER NOT NULL DEFAULT 0;

-- Since when the receiver of a subscription takes no delivery. The next deliveries to it wait for one another.
ALTER TABLE registry.webhooks ADD COLUMN failing_since timestamptz;

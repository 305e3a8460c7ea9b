-- Money that was sent back to a customer and that the bank returned: the ledger takes it in again.
ALTER TABLE license.ledger_entries
  DROP CONSTRAINT ledger_entries_kind_check,
  ADD CONSTRAINT ledger_entries_kind_check CHECK (kind IN
    ('invoice_issued', 'payment_received', 'credit_applied', 'credit_returned', 'credit_note_issued', 'invoice_voided',
     'refund_paid', 'refund_failed', 'refund_returned'));

CREATE INDEX refunds_payment ON license.refunds (payment_id);

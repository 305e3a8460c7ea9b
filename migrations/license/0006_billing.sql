-- What billing needs beyond the first invoice: who is billed, taxes, coupons, subscriptions through their whole life,
-- credit notes, refunds, dunning, and how the recurring revenue moved.

-- What stands on a customer's invoices; the invoice keeps a copy of its own.
CREATE TABLE license.billing_details (
  customer_id          bigint      PRIMARY KEY REFERENCES license.customers (id) ON DELETE CASCADE,
  company              text        NOT NULL DEFAULT '',
  street               text        NOT NULL DEFAULT '',
  postal_code          text        NOT NULL DEFAULT '',
  city                 text        NOT NULL DEFAULT '',
  region               text        NOT NULL DEFAULT '',
  country              text        CHECK (country ~ '^[A-Z]{2}$'),  -- ISO 3166-1; null: not known, no tax
  vat_id               text,
  updated_at           timestamptz NOT NULL
);

-- What a customer has paid too much, in minor units. The ledger tells how it came about.
CREATE TABLE license.credit_balances (
  customer_id          bigint      NOT NULL REFERENCES license.customers (id),
  currency             text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  amount               bigint      NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (customer_id, currency)
);

CREATE TABLE license.tax_rates (
  id                   bigserial   PRIMARY KEY,
  name                 text        NOT NULL,             -- as it stands on the invoice: VAT
  country              text        NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
  rate                 int         NOT NULL CHECK (rate BETWEEN 0 AND 1000000),  -- millionths: 19 % is 190000
  is_inclusive         boolean     NOT NULL,             -- prices contain it
  has_reverse_charge   boolean     NOT NULL,             -- whoever gives a VAT id owes it himself
  is_active            boolean     NOT NULL DEFAULT true,
  created_at           timestamptz NOT NULL
);
CREATE UNIQUE INDEX tax_rates_one_active ON license.tax_rates (country) WHERE is_active;

CREATE TABLE license.coupons (
  id                   bigserial   PRIMARY KEY,
  code                 text        NOT NULL UNIQUE CHECK (code = upper(code)),
  name                 text        NOT NULL,
  percent_off          int         CHECK (percent_off BETWEEN 1 AND 1000000),  -- millionths
  amount_off           bigint      CHECK (amount_off > 0),
  currency             text        CHECK (currency ~ '^[A-Z]{3}$'),
  periods              int         CHECK (periods BETWEEN 1 AND 120),  -- how many it lowers; null: all
  max_redemptions      int         CHECK (max_redemptions > 0),        -- null: any number
  redemptions          int         NOT NULL DEFAULT 0 CHECK (redemptions >= 0),
  redeemable_until     timestamptz,
  is_active            boolean     NOT NULL DEFAULT true,
  created_at           timestamptz NOT NULL,
  CHECK ((percent_off IS NULL) <> (amount_off IS NULL)),
  CHECK ((amount_off IS NULL) = (currency IS NULL)),
  CHECK (max_redemptions IS NULL OR redemptions <= max_redemptions)
);

ALTER TABLE license.subscriptions
  DROP CONSTRAINT subscriptions_provider_check,
  ADD CONSTRAINT subscriptions_provider_check CHECK (provider IN ('manual', 'stripe')),
  ADD COLUMN provider_reference   text,        -- what the provider calls it
  ADD COLUMN paid_until           timestamptz, -- the end of the newest paid period; null: nothing was ever paid
  ADD COLUMN trial_end            timestamptz,
  ADD COLUMN cancels_at_period_end boolean     NOT NULL DEFAULT false,
  ADD COLUMN canceled_at          timestamptz, -- when it was asked for
  ADD COLUMN ended_at             timestamptz, -- when it ended
  ADD COLUMN scheduled_price_id   bigint       REFERENCES license.prices (id),  -- from the next period on
  ADD COLUMN unpaid_since         timestamptz, -- when the oldest unpaid invoice was issued
  ADD COLUMN coupon_id            bigint       REFERENCES license.coupons (id),
  ADD COLUMN coupon_periods_left  int          CHECK (coupon_periods_left >= 0),  -- null: all
  ADD CONSTRAINT subscriptions_ended CHECK ((status IN ('canceled', 'expired')) = (ended_at IS NOT NULL));
UPDATE license.subscriptions SET paid_until = period_end;
CREATE UNIQUE INDEX subscriptions_reference ON license.subscriptions (provider, provider_reference);
CREATE INDEX subscriptions_due ON license.subscriptions (period_end)
  WHERE provider = 'manual' AND status IN ('trialing', 'active', 'past_due');
CREATE INDEX subscriptions_unpaid ON license.subscriptions (unpaid_since)
  WHERE provider = 'manual' AND unpaid_since IS NOT NULL;

-- A customer redeems a coupon once.
CREATE TABLE license.coupon_redemptions (
  coupon_id            bigint      NOT NULL REFERENCES license.coupons (id),
  customer_id          bigint      NOT NULL REFERENCES license.customers (id),
  subscription_id      bigint      NOT NULL REFERENCES license.subscriptions (id),
  at                   timestamptz NOT NULL,
  PRIMARY KEY (coupon_id, customer_id)
);
CREATE INDEX coupon_redemptions_subscription ON license.coupon_redemptions (subscription_id);

-- total = subtotal - discount, and the tax on top unless it is contained. due = what is still to be paid:
-- total - from the credit balance - what credit notes took off before payment - payments.
ALTER TABLE license.invoices
  DROP CONSTRAINT invoices_check,
  DROP CONSTRAINT invoices_check1,
  DROP CONSTRAINT invoices_status_check,
  ADD CONSTRAINT invoices_status_check CHECK (status IN ('open', 'paid', 'void')),
  ADD COLUMN purpose              text         NOT NULL DEFAULT 'order'
    CHECK (purpose IN ('order', 'renewal', 'upgrade', 'wholesale', 'other')),
  ADD COLUMN discount             bigint       NOT NULL DEFAULT 0 CHECK (discount >= 0 AND discount <= subtotal),
  ADD COLUMN coupon_id            bigint       REFERENCES license.coupons (id),
  ADD COLUMN tax_rate_id          bigint       REFERENCES license.tax_rates (id),
  ADD COLUMN tax_label            text         NOT NULL DEFAULT '',
  ADD COLUMN tax_rate             int          NOT NULL DEFAULT 0,   -- millionths
  ADD COLUMN tax_is_inclusive     boolean      NOT NULL DEFAULT false,
  ADD COLUMN is_reverse_charge    boolean      NOT NULL DEFAULT false,
  ADD COLUMN bill_to              jsonb        NOT NULL DEFAULT '{}',
  ADD COLUMN covers_from          timestamptz,  -- the time of use that is paid for
  ADD COLUMN covers_to            timestamptz,
  ADD COLUMN credit_applied       bigint       NOT NULL DEFAULT 0 CHECK (credit_applied >= 0),
  ADD COLUMN credited             bigint       NOT NULL DEFAULT 0 CHECK (credited >= 0 AND credited <= total),
  ADD COLUMN credited_tax         bigint       NOT NULL DEFAULT 0 CHECK (credited_tax >= 0 AND credited_tax <= tax),
  ADD COLUMN due                  bigint       NOT NULL DEFAULT 0 CHECK (due >= 0),
  ADD COLUMN voided_at            timestamptz,
  ADD COLUMN provider_reference   text         UNIQUE,
  ADD CONSTRAINT invoices_total CHECK
    (total = subtotal - discount + CASE WHEN tax_is_inclusive THEN 0 ELSE tax END AND tax <= total),
  ADD CONSTRAINT invoices_covers CHECK ((covers_from IS NULL) = (covers_to IS NULL) AND covers_from < covers_to),
  ADD CONSTRAINT invoices_paid CHECK (status <> 'paid' OR paid_at IS NOT NULL),
  ADD CONSTRAINT invoices_void CHECK ((status = 'void') = (voided_at IS NOT NULL));
UPDATE license.invoices SET due = total WHERE status = 'open';
ALTER TABLE license.invoices ADD CONSTRAINT invoices_open CHECK ((status = 'open') = (due > 0));
CREATE INDEX invoices_open_due ON license.invoices (due_at) WHERE status = 'open';
CREATE INDEX invoices_issued ON license.invoices (issued_at);

ALTER TABLE license.payments
  DROP CONSTRAINT payments_provider_check,
  ADD CONSTRAINT payments_provider_check CHECK (provider IN ('manual', 'stripe')),
  ADD COLUMN refunded             bigint       NOT NULL DEFAULT 0 CHECK (refunded >= 0 AND refunded <= amount);
CREATE INDEX payments_received ON license.payments (received_at);

CREATE TABLE license.credit_notes (
  id                   bigserial   PRIMARY KEY,
  number               text        NOT NULL UNIQUE,
  invoice_id           bigint      NOT NULL REFERENCES license.invoices (id),
  currency             text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  amount               bigint      NOT NULL CHECK (amount > 0),  -- the tax included
  tax                  bigint      NOT NULL CHECK (tax >= 0 AND tax <= amount),
  reduced_due          bigint      NOT NULL CHECK (reduced_due >= 0),  -- taken off what was still to be paid
  to_balance           bigint      NOT NULL CHECK (to_balance >= 0),
  to_refund            bigint      NOT NULL CHECK (to_refund >= 0),
  reason               text        NOT NULL,
  issued_at            timestamptz NOT NULL,
  CHECK (amount = reduced_due + to_balance + to_refund)
);
CREATE INDEX credit_notes_invoice ON license.credit_notes (invoice_id);

-- Money on its way back. The provider is told the key, so that asking twice gives it once.
CREATE TABLE license.refunds (
  id                   bigserial   PRIMARY KEY,
  payment_id           bigint      NOT NULL REFERENCES license.payments (id),
  credit_note_id       bigint      NOT NULL UNIQUE REFERENCES license.credit_notes (id),
  key                  text        NOT NULL UNIQUE,
  currency             text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  amount               bigint      NOT NULL CHECK (amount > 0),
  status               text        NOT NULL CHECK (status IN ('pending', 'paid', 'failed')),
  reference            text,
  failure              text,
  created_at           timestamptz NOT NULL,
  settled_at           timestamptz,
  CHECK ((status = 'pending') = (settled_at IS NULL))
);
CREATE INDEX refunds_pending ON license.refunds (id) WHERE status = 'pending';

-- Each try to collect an invoice. It is written before the provider is asked, who is told its number, so that a run that
-- was killed in between asks again for the same and not for more.
CREATE TABLE license.payment_attempts (
  id                   bigserial   PRIMARY KEY,
  invoice_id           bigint      NOT NULL REFERENCES license.invoices (id),
  attempt              int         NOT NULL CHECK (attempt >= 1),  -- 1 is made at once, 2 to 5 on days 1, 3, 5, 7
  status               text        NOT NULL CHECK (status IN ('pending', 'paid', 'declined', 'waiting', 'obsolete')),
  reference            text,        -- what the provider calls the payment
  code                 text,
  message              text,
  started_at           timestamptz NOT NULL,
  settled_at           timestamptz,
  UNIQUE (invoice_id, attempt),
  CHECK ((status = 'pending') = (settled_at IS NULL))
);

INSERT INTO license.ledger_accounts (code, name, kind) VALUES
  ('customer_credit', 'Credit balances of customers', 'liability'),
  ('refunds_payable', 'Refunds on their way', 'liability');

ALTER TABLE license.ledger_entries
  DROP CONSTRAINT ledger_entries_invoice_id_kind_key,
  DROP CONSTRAINT ledger_entries_kind_check,
  ADD CONSTRAINT ledger_entries_kind_check CHECK (kind IN
    ('invoice_issued', 'payment_received', 'credit_applied', 'credit_returned', 'credit_note_issued', 'invoice_voided',
     'refund_paid', 'refund_failed')),
  ADD COLUMN source_id            bigint       NOT NULL DEFAULT 0,  -- the credit note's or refund's own id
  ADD CONSTRAINT ledger_entries_once UNIQUE (invoice_id, kind, source_id);

-- How the monthly recurring revenue came and went: new, more, less, gone, back.
CREATE TABLE license.revenue_movements (
  id                   bigserial   PRIMARY KEY,
  subscription_id      bigint      NOT NULL REFERENCES license.subscriptions (id),
  at                   timestamptz NOT NULL,
  kind                 text        NOT NULL CHECK (kind IN
    ('new', 'expansion', 'contraction', 'churn', 'reactivation')),
  currency             text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  amount               bigint      NOT NULL CHECK (amount <> 0)  -- a month's, minor units
);
CREATE INDEX revenue_movements_at ON license.revenue_movements (at);
CREATE INDEX revenue_movements_subscription ON license.revenue_movements (subscription_id);
INSERT INTO license.revenue_movements (subscription_id, at, kind, currency, amount)
SELECT s.id, s.anchor_at, 'new', c.currency, CASE c.period WHEN 'year' THEN round(c.amount / 12.0) ELSE c.amount END
FROM license.subscriptions s JOIN license.prices c ON c.id = s.price_id
WHERE s.status = 'active' AND s.anchor_at IS NOT NULL;

-- Who suspended a licence: a payment lifts only what the missing payment did.
ALTER TABLE license.licenses
  ADD COLUMN suspended_for        text         CHECK (suspended_for IN ('unpaid'));

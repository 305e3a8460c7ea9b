-- Reports of conversions come in several ways.

ALTER TABLE {schema}.postback_log
  ADD COLUMN channel text  NOT NULL DEFAULT 'postback',  -- postback | pixel | lead | shopify | woocommerce | stripe
  ADD COLUMN headers jsonb NOT NULL DEFAULT '{}';        -- those that matter, such as signatures

ALTER TABLE {schema}.waiting_postbacks
  ADD COLUMN channel text  NOT NULL DEFAULT 'postback',
  ADD COLUMN headers jsonb NOT NULL DEFAULT '{}';

-- A hit that was refused can be processed again, once what it failed on was put right.
ALTER TABLE {schema}.postback_log
  ADD COLUMN network_id    bigint,
  ADD COLUMN unmapped_word text,       -- the status word, normalized, if nobody had mapped it
  ADD COLUMN attempts      int         NOT NULL DEFAULT 1,
  ADD COLUMN processed_at  timestamptz;  -- of the last attempt, if there was more than one
CREATE INDEX postback_log_conversion ON {schema}.postback_log (conversion_id) WHERE conversion_id IS NOT NULL;
CREATE INDEX postback_log_words ON {schema}.postback_log (unmapped_word, id)
  WHERE unmapped_word IS NOT NULL;
CREATE INDEX postback_log_fruitless ON {schema}.postback_log (id)
  WHERE outcome NOT IN ('recorded', 'updated', 'repeated');

-- Keys of the networks' HMAC signatures, sealed. For a day after a change the former one is good, too.
ALTER TABLE {schema}.networks
  ADD COLUMN postback_secret        text,
  ADD COLUMN postback_secret_set_at timestamptz,
  ADD COLUMN former_postback_secret text,
  ADD COLUMN former_secret_until    timestamptz;

ALTER TABLE {schema}.offers
  ADD COLUMN duplicate_mode text NOT NULL DEFAULT 'update'
             CHECK (duplicate_mode IN ('ignore', 'update', 'add', 'new'));

-- What an offer pays for besides its conversion. Money in micros; a share in micros of a percent.
CREATE TABLE {schema}.offer_goals (
  offer_id           bigint      NOT NULL REFERENCES {schema}.offers (id) ON DELETE CASCADE,
  word               text        NOT NULL,  -- the network's, normalized
  position           int         NOT NULL,
  name               text        NOT NULL,
  payout_micros      bigint,
  currency           text,                  -- null: the offer's
  percent_micros     bigint,
  type               text,                  -- of conversion; null: as the network says
  PRIMARY KEY (offer_id, word),
  CHECK (payout_micros IS NULL OR percent_micros IS NULL)
);

-- Status words that nobody has mapped yet. How often they came is in the postback log.
CREATE TABLE {schema}.unmapped_statuses (
  network_id         bigint      NOT NULL,  -- 0: the offer has no network
  word               text        NOT NULL,  -- normalized
  spelling           text        NOT NULL,  -- as it came first
  first_seen_at      timestamptz NOT NULL,
  PRIMARY KEY (network_id, word)
);

-- The last thing a network said of a conversion was a word that nobody had mapped. It counts as long as nothing else
-- has moved the conversion since.
ALTER TABLE {schema}.conversions
  ADD COLUMN unmapped_network_id bigint,
  ADD COLUMN unmapped_word       text,
  ADD COLUMN unmapped_at         timestamptz;
CREATE INDEX conversions_unmapped ON {schema}.conversions (unmapped_network_id, unmapped_word, id)
  WHERE unmapped_word IS NOT NULL;

-- Work over many conversions or hits that goes on until it is done, whichever node does it.
CREATE TABLE {schema}.conversion_runs (
  id                 uuid        PRIMARY KEY,
  kind               text        NOT NULL CHECK (kind IN ('mapping', 'replay')),
  request            jsonb       NOT NULL,
  state              text        NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  done               bigint      NOT NULL DEFAULT 0,
  total              bigint      NOT NULL,
  outcomes           jsonb       NOT NULL DEFAULT '{}',  -- how many ended how
  last_id            uuid,        -- the last one dealt with: what follows is to be done
  problem            text,
  made_by            text        NOT NULL,
  claimed_until      timestamptz NOT NULL,  -- by whoever works on it
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE INDEX conversion_runs_open ON {schema}.conversion_runs (claimed_until) WHERE state = 'running';

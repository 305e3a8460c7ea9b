-- What was said of a conversion and moved nothing is forgotten some time after the hit that said it.

CREATE INDEX conversion_history_still ON {schema}.conversion_history (at)
  WHERE outcome IN ('unchanged', 'refused') AND note IS NULL;

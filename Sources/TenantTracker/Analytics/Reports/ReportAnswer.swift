public import Core

/// A report: exact base values per group, from which every metric is computed when it is shown.
public struct ReportAnswer: Sendable {
  public struct Row: Sendable, Hashable {
    /// In the order of the request's groupings.
    public let keys: [GroupKey]
    public let values: BaseValues
    /// Of the period before; nil unless compared.
    public let previous: BaseValues?
  }

  public let plan: ReportPlan
  /// At most as many as asked for, in the order asked for.
  public let rows: [Row]
  /// Over all groups, those cut off by the limit too.
  public let totals: BaseValues
  public let previousTotals: BaseValues?
  /// How many groups there are.
  public let groupCount: Int

  public var request: ReportRequest { plan.request }
}

extension ReportAnswer {
  /// `{columns, rows:[{keys, metrics, previous}], totals, previous_totals, ...}`.
  public var json: JSONValue {
    [
      "columns": .array(columns), "rows": .array(rows.map(json)), "totals": .object(json(totals)),
      "previous_totals": previousTotals.map { .object(json($0)) } ?? .null, "currency": JSONValue(plan.currency),
      "unconverted": .int(totals[.unconverted]),
      "from": JSONValue(plan.window.days.from), "to": JSONValue(plan.window.days.to),
      "tz": .string(request.zone.description), "group_count": .int(groupCount), "source": plan.json,
    ]
  }

  /// The answer of `GET /stats`: the totals as one flat object.
  public var totalsJSON: JSONValue {
    var object = json(totals)
    object["currency"] = JSONValue(plan.currency)
    object["unconverted"] = .int(totals[.unconverted])
    object["previous"] = previousTotals.map { .object(json($0)) } ?? .null
    object["from"] = JSONValue(plan.window.days.from)
    object["to"] = JSONValue(plan.window.days.to)
    object["tz"] = .string(request.zone.description)
    object["source"] = plan.json
    return .object(object)
  }

  private var columns: [JSONValue] {
    request.groupings.map {
      ["name": .string($0.rawValue), "label": .string($0.label), "kind": "key", "format": .null]
    }
      + request.metrics.map {
        [
          "name": .string($0.rawValue), "label": .string($0.label), "kind": "metric",
          "format": .string($0.format.rawValue),
        ]
      }
  }

  private func json(_ row: Row) -> JSONValue { request.json(of: row) }

  private func json(_ values: BaseValues) -> JSONObject { request.json(of: values) }
}

extension ReportRequest {
  /// A row of its answer: `{keys, metrics, previous}`.
  public func json(of row: ReportAnswer.Row) -> JSONValue {
    var keys: JSONObject = [:]
    for (grouping, key) in zip(groupings, row.keys) {
      keys[grouping.rawValue] = key.json
      if let name = key.nameJSON { keys["\(grouping.rawValue)_name"] = name }
    }
    return [
      "keys": .object(keys), "metrics": .object(json(of: row.values)),
      "previous": row.previous.map { .object(json(of: $0)) } ?? .null,
    ]
  }

  fileprivate func json(of values: BaseValues) -> JSONObject {
    var object: JSONObject = [:]
    for metric in metrics { object[metric.rawValue] = metric.value(of: values)?.json ?? .null }
    return object
  }
}

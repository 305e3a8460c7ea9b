import ClickPath
import Core
import Web

/// The flow editor's fields: type, filters, landings and offers with weights.
struct FlowForm: Sendable {
  let fields: FormFields
  let landings: [FormFields.Choice]
  let offers: [FormFields.Choice]
  let icons: IconSet

  var html: HTML {
    """
    <div class="ty-pair">\(fields.input("name", "Name", required: true, placeholder: "US mobile"))\
    \(fields.select("type", "Type", Self.kinds, reveals: true))</div>
    \(FormFields.shown(for: "type", "regular", content: fields.input(
      "weight", "Weight among regular flows that match", .number,
      hint: "Of the visitors who match several regular flows, each flow gets its weight's share.")))
    \(FormFields.shown(for: "type", "forced", "regular", content: filters))
    \(weighted("landings", "Landing pages", landings, none: "Without one, visitors go straight to the offer."))
    \(weighted("offers", "Offers", offers, none: "Without one, visitors go to the campaign's default offer."))
    \(fields.select(
      "binding", "When a visitor returns", Self.bindings,
      hint: "A visitor is known by our cookie, else by address and browser. What is paused or capped is drawn anew."))
    \(fields.toggle("active", "Active"))
    """
  }

  private static let kinds: [FormFields.Choice] = [
    .init("forced", "Forced: always, if the filters match"),
    .init("regular", "Regular: a weighted draw of those that match"),
    .init("default", "Default: whom no other flow takes"),
  ]

  private static let bindings = Binding.allCases.map { FormFields.Choice($0.rawValue, FilterWords.title(of: $0)) }

  // Filters

  private var filters: HTML {
    let entries = fields.values["filters"]?.arrayValue ?? []
    let rows = entries.enumerated().map { index, entry in filterRow(entry, path: "filters[\(index)]") }
    return FormRows(
      name: "filters", legend: "Filters", addLabel: "Add filter",
      hint: "All of them must match. Several values, separated by commas, mean any of them.", icons: icons
    ).html(rows, blank: filterRow(nil, path: ""))
      + FilterSuggestions.fields.map { FilterSuggestions.list(of: $0, id: "values-\($0.rawValue)") }.joined()
  }

  private func filterRow(_ entry: JSONValue?, path: String) -> HTML {
    let values = ValueList.text((entry?["values"]?.arrayValue ?? []).map { FormFields.text(of: $0) })
    let field = FormFields.text(of: entry?["field"])
    let fieldOptions = FilterField.all.map { choice -> HTML in
      """
      <option value="\(choice.rawValue)" data-operators="\(choice.operators.map(\.rawValue).joined(separator: " "))" \
      data-example="\(FilterWords.example(of: choice))"\(attribute: "selected", when: choice.rawValue == field)>\
      \(FilterWords.title(of: choice))</option>
      """
    }
    let operators = FilterOperator.allCases.map { FormFields.Choice($0.rawValue, FilterWords.title(of: $0)) }
    return """
      <div class="ty-filter"><select class="form-select" name="filter_field" aria-label="What is looked at" \
      data-filter-field\(fields.rowAttributes("\(path).field"))><option value="">Choose …</option>\(fieldOptions)</select>\
      <select class="form-select" name="filter_op" aria-label="How it is compared" data-filter-op\
      \(fields.rowAttributes("\(path).op"))>\(FormFields.options(operators, current: FormFields.text(of: entry?["op"])))\
      </select><input class="form-control" name="filter_values" value="\(values)" aria-label="Values" autocomplete="off" \
      placeholder="US, CA" data-filter-values\(Self.listAttribute(field))\(fields.rowAttributes("\(path).values"))>\
      <input type="hidden" name="filter_zone" value="\(FormFields.text(of: entry?["zone"]))">\
      \(fields.faultNote("\(path).field"))\(fields.faultNote("\(path).op"))\(fields.faultNote("\(path).values"))</div>
      """
  }

  /// Scripts offer the values of the field that is chosen, and go on after a comma; without them a stored one's are.
  private static func listAttribute(_ field: String) -> HTML {
    guard let field = FilterField(rawValue: field), !FilterSuggestions.values(for: field).isEmpty else { return .empty }
    return " list=\"values-\(field.rawValue)\""
  }

  // Landings and offers

  private func weighted(_ name: String, _ legend: String, _ choices: [FormFields.Choice], none: String) -> HTML {
    let entries = fields.values[name]?.arrayValue ?? []
    let total = entries.reduce(0) { $0 + (Int64(FormFields.text(of: $1["weight"])) ?? 0) }
    let rows = entries.enumerated().map { index, entry in
      weightRow(name, entry, total: total, choices, path: "\(name)[\(index)]")
    }
    let balance: HTML = """
      <button class="btn btn-sm" name="balance" value="\(name)" formnovalidate data-balance="\(name)">\
      \(icons(.balance))Balance<span class="visually-hidden"> \(legend.lowercased())</span></button>
      """
    return FormRows(
      name: name, legend: legend, addLabel: "Add", hint: "\(none) A higher weight means more traffic; 0 means none.",
      isWeighted: true, icons: icons
    ).html(
      rows, blank: weightRow(name, nil, total: total, choices, path: ""), faults: fields.faultNote(name),
      actions: balance)
  }

  private func weightRow(
    _ name: String, _ entry: JSONValue?, total: Int64, _ choices: [FormFields.Choice], path: String
  ) -> HTML {
    let weight = entry.map { FormFields.text(of: $0["weight"]) } ?? "100"
    let share = entry.flatMap { _ in Int64(weight).flatMap { Shares.text($0, of: total) } } ?? Figures.none
    let noun = name == "offers" ? "Offer" : "Landing page"
    return """
      <div><select class="form-select" name="\(name)_id" aria-label="\(noun)" data-item\
      \(fields.rowAttributes("\(path).id"))>\
      \(FormFields.options(choices, current: FormFields.text(of: entry?["id"]), none: "Choose …"))</select>\
      \(fields.faultNote("\(path).id"))</div>\
      <div class="ty-weight"><input class="form-control" name="\(name)_weight" value="\(weight)" type="number" min="0" \
      max="1000000" aria-label="Weight" data-weight\(fields.rowAttributes("\(path).weight"))>\
      <output class="ty-share" data-share>\(share)</output>\(fields.faultNote("\(path).weight"))</div>
      """
  }

  // What is submitted

  /// The API's body of the form.
  static func body(of form: FormBody) -> JSONObject {
    var body = form.body(texts: ["name", "type", "binding"], numbers: ["weight"], flags: ["active"])
    body["filters"] = .array(
      form.rows("filter_field", "filter_op", "filter_values", "filter_zone").map { row in
        let values = ValueList.read(row[2])
        var filter: JSONObject = ["field": .string(row[0]), "op": .string(row[1]), "values": JSONValue(values)]
        if !row[3].isEmpty { filter["zone"] = .string(row[3]) }
        return .object(filter)
      })
    for name in ["landings", "offers"] {
      body[name] = .array(
        form.rows("\(name)_id", "\(name)_weight").map { row in
          ["id": number(row[0]), "weight": row[1].isEmpty ? .null : number(row[1])]
        })
    }
    return body
  }

  private static func number(_ text: String) -> JSONValue { Int64(text).map { .int($0) } ?? .string(text) }

  /// The same with equal weights in the list whose Balance button sent the form; nil if none did. Nothing is stored.
  static func balanced(_ values: JSONObject, _ form: FormBody) -> JSONObject? {
    guard let name = form["balance"], let entries = values[name]?.arrayValue else { return nil }
    let weights = Weights.balance(entries.map { Int($0["weight"]?.intValue ?? 0) })
    var values = values
    values[name] = .array(
      zip(entries, weights).map { entry, weight in ["id": entry["id"] ?? .null, "weight": .int(weight)] })
    return values
  }
}

/// Weights as shares.
enum Shares {
  /// `66.7%`; nil when nothing has weight.
  static func text(_ weight: Int64, of total: Int64) -> String? {
    guard total > 0, weight >= 0, total <= 1_000_000_000_000 else { return nil }
    let tenThousandths = (Double(weight) / Double(total) * 1_000_000).rounded()
    return Figures.percent(tenThousandths: Int64(tenThousandths), places: 1)
  }
}

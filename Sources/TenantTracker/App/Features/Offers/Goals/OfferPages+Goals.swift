import Core
import Web

extension OfferPages {
  static let duplicateModes: [FormFields.Choice] = [
    .init("update", "Set the payout"), .init("ignore", "Change nothing"), .init("add", "Add to the payout"),
    .init("new", "Make a new conversion each"),
  ]

  private static let units: [FormFields.Choice] = [.init("payout", "Amount"), .init("percent", "Percent")]

  /// What the offer pays for besides its conversion.
  func goals(_ fields: FormFields) -> HTML {
    let entries = fields.values["goals"]?.arrayValue ?? []
    let rows = entries.enumerated().map { goalRow($1, path: "goals[\($0)]", fields) }
    return FormRows(
      name: "goals", legend: "Goals", addLabel: "Add goal",
      hint:
        "A postback whose goal or event has this value pays this, unless it names an amount. Percent is of the amount "
        + "it names, else of the offer's payout. Without a payout the offer's counts.",
      icons: layout.icons
    ).html(rows, blank: goalRow([:], path: "", fields))
  }

  private func goalRow(_ goal: JSONValue, path: String, _ fields: FormFields) -> HTML {
    let percent = FormFields.text(of: goal["percent"])
    let isPercent = !percent.isEmpty
    let cells = [
      cell("goal_name", "Name", FormFields.text(of: goal["name"]), "Deposit", "\(path).name", fields),
      cell("goal_value", "Value the network sends", FormFields.text(of: goal["value"]), "ftd", "\(path).value", fields),
      cell(
        "goal_type", "Conversion type", FormFields.text(of: goal["conversion_type"]), "Type, if another",
        "\(path).conversion_type", fields),
      cell(
        "goal_pay", "Payout", isPercent ? percent : FormFields.text(of: goal["payout"]), "25.00",
        isPercent ? "\(path).percent" : "\(path).payout", fields),
      """
      <div><select class="form-select" name="goal_unit" aria-label="Unit of the payout">\
      \(FormFields.options(Self.units, current: isPercent ? "percent" : "payout"))</select></div>
      """,
      cell("goal_currency", "Currency", FormFields.text(of: goal["currency"]), "USD", "\(path).currency", fields),
    ]
    return "<div class=\"ty-goal\">\(cells)</div>"
  }

  private func cell(
    _ name: String, _ label: String, _ value: String, _ placeholder: String, _ path: String, _ fields: FormFields
  ) -> HTML {
    """
    <div><input class="form-control" name="\(name)" value="\(value)" placeholder="\(placeholder)" \
    aria-label="\(label)" autocomplete="off"\(fields.rowAttributes(path))>\(fields.faultNote(path))</div>
    """
  }

  /// The API's list of the form's rows.
  func goals(of form: FormBody) -> JSONValue {
    let rows = form.rows("goal_name", "goal_value", "goal_pay", "goal_unit", "goal_currency", "goal_type")
    return .array(
      rows.map { row in
        let text = { (index: Int) -> JSONValue in row[index].isEmpty ? .null : .string(row[index]) }
        var goal: JSONObject = ["name": text(0), "value": text(1), "conversion_type": text(5)]
        goal[row[3] == "percent" ? "percent" : "payout"] = text(2)
        if row[3] != "percent" { goal["currency"] = text(4) }
        return .object(goal)
      })
  }
}

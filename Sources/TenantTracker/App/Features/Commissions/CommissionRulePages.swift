import Conversions
import Core
import Web

struct CommissionRulePages: ResourcePages {
  let api: ResourceAPI<CommissionRuleStore>
  let types: ResourceAPI<ConversionTypeStore>
  let names: NameStore
  let layout: Layout

  let words = ResourceWords(
    plural: "Commission Rules", noun: "commission rule", icon: .payouts,
    purpose: "A rule says what publishers get for a conversion. Of several that fit, the most specific one counts.")

  func columns(_ call: TrackerCall) -> [Parts.Heading] { ["Name", "Holds for", "Pays", "Tiers", "Status"] }

  func rows(_ rules: [CommissionRuleEntry], _ call: TrackerCall) async throws -> [HTML] {
    let scope = call.place.scope
    let scopes = rules.map(\.draft.scope)
    let publishers = try await names.names(.publishers, Set(scopes.compactMap(\.publisherID)), of: scope)
    let offers = try await names.names(.offers, Set(scopes.compactMap(\.offerID)), of: scope)
    let networks = try await names.names(.networks, Set(scopes.compactMap(\.networkID)), of: scope)
    return rules.map { rule in
      let (place, terms) = (rule.draft.scope, rule.draft.terms)
      let parts: [String?] = [
        place.publisherID.map { publishers[$0] ?? "#\($0)" }, place.offerID.map { "offer \(offers[$0] ?? "#\($0)")" },
        place.networkID.map { "network \(networks[$0] ?? "#\($0)")" }, place.goal.map { "goal \($0)" },
        place.type.map { "type \($0.rawValue)" },
      ]
      let named = parts.compactMap { $0 }
      return """
        <tr><th scope="row"><a href="/admin/commission-rules/\(rule.id)">\(rule.draft.name)</a></th>\
        <td>\(named.isEmpty ? "Everything" : named.joined(separator: ", "))</td><td>\(terms.words)</td>\
        <td>\(terms.tiers.map { "\($0.steps.count) by \($0.basis.rawValue)" } ?? Figures.none)</td>\
        <td>\(Parts.status(rule.draft.status.rawValue))</td></tr>
        """
    }
  }

  func listActions(_ call: TrackerCall) -> HTML { "<a class=\"btn\" href=\"/admin/publishers\">Publishers</a>" }

  func blank(_ call: TrackerCall) async throws -> JSONObject {
    [
      "currency": .string(try await api.settings.all(of: call.place.scope).currency.code), "status": "active",
      "model": "cpa",
    ]
  }

  func form(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    let scope = call.place.scope
    let publishers = try await names.live(.publishers, of: scope).choices
    let offers = call.session.allows(.read(.offers)) ? try await names.live(.offers, of: scope).choices : []
    let networks = try await names.live(.networks, of: scope).choices
    let kinds = try await types.store.page(PageRequest(limit: 200, sort: "id"), of: scope).items.map {
      FormFields.Choice($0.draft.type.rawValue, $0.draft.title)
    }
    return """
      \(fields.input("name", "Name", required: true, placeholder: "Standard 10 %"))
      <fieldset class="ty-list"><legend class="form-label">Holds for</legend>
      <div class="ty-pair">\(fields.select("publisher_id", "Publisher", publishers, none: "Every publisher"))\
      \(fields.select("offer_id", "Offer", offers, none: "Every offer"))</div>
      <div class="ty-pair">\(fields.select("network_id", "Network", networks, none: "Every network"))\
      \(fields.select("type", "Type of conversion", kinds, none: "Every type"))</div>
      \(fields.input(
        "goal", "Goal", hint: "As the postback names it; empty for any. What names the publisher goes before what does "
          + "not, then what names the offer, the network, the goal, the type."))</fieldset>
      <div class="ty-pair">\(fields.select("model", "Model", CommissionTerms.Model.allCases.map { .init($0.rawValue, $0.title) }))\
      \(fields.currency("currency", "Currency"))</div>
      <div class="ty-pair">\(fields.input(
        "amount", "Amount per conversion", .decimal,
        hint: "CPA and hybrid. Where no type and no goal is chosen, only for types that count as conversions.",
        placeholder: "0.00"))\
      \(fields.input("percent", "Percent of the payout", .decimal, hint: "RevShare and hybrid.", placeholder: "10"))</div>
      \(fields.input("minimum", "Minimum per conversion", .decimal, placeholder: "0.00"))
      \(tiers(fields))
      \(fields.select("status", "Status", [.init("active", "Active"), .init("paused", "Paused")]))
      \(fields.area("notes", "Notes"))
      """
  }

  private func tiers(_ fields: FormFields) -> HTML {
    let entries = fields.values["tiers"]?.arrayValue ?? []
    let rows = entries.enumerated().map { index, entry in
      tierRow(["after", "amount", "percent"].map { FormFields.text(of: entry[$0]) }, path: "tiers[\(index)]", fields)
    }
    return fields.select(
      "tier_basis", "Tiers by",
      [.init("count", "Number of conversions"), .init("volume", "Sum of payouts")], none: "No tiers")
      + FormRows(
        name: "tiers", legend: "Tiers", addLabel: "Add tier",
        hint: "After so many conversions, or so much payout, of a statement the next ones get this rate. Those before "
          + "keep theirs.",
        icons: layout.icons
      ).html(rows, blank: tierRow(["", "", ""], path: "", fields), faults: fields.faultNote("tiers"))
  }

  private func tierRow(_ values: [String], path: String, _ fields: FormFields) -> HTML {
    let names = [("after", "After", "100"), ("amount", "Amount", "0.00"), ("percent", "Percent", "0")]
    return zip(names, values).map { name, value -> HTML in
      """
      <div><input class="form-control" name="tier_\(name.0)" value="\(value)" inputmode="decimal" \
      placeholder="\(name.1)" aria-label="\(name.1)" autocomplete="off"\(fields.rowAttributes("\(path).\(name.0)"))>\
      \(fields.faultNote("\(path).\(name.0)"))</div>
      """
    }.joined()
  }

  func body(of form: FormBody) -> JSONObject {
    var body = form.body(
      texts: [
        "name", "type", "goal", "model", "currency", "amount", "percent", "minimum", "tier_basis", "status", "notes",
      ], numbers: ["publisher_id", "offer_id", "network_id"])
    let isCount = form["tier_basis"] == CommissionTiers.Basis.count.rawValue
    let steps = form.rows("tier_after", "tier_amount", "tier_percent").map { row -> JSONValue in
      let number: JSONValue? = isCount ? Int64(row[0]).map { .int($0) } : nil
      return [
        "after": number ?? .string(row[0]), "amount": row[1].isEmpty ? .null : .string(row[1]),
        "percent": row[2].isEmpty ? .null : .string(row[2]),
      ]
    }
    // Without a basis there are no tiers, whatever the rows say.
    body["tiers"] = (form["tier_basis"] ?? "").isEmpty ? .array([]) : .array(steps)
    return body
  }
}

extension CommissionTerms {
  /// `$5.00 + 10 %`
  var words: String {
    let amount = Figures.money(rate.amount, currency)
    let share = "\(rate.percent.shortest) %"
    return switch model {
    case .cpa: amount
    case .revshare: share
    case .hybrid: "\(amount) + \(share)"
    }
  }
}

extension CommissionTerms.Model {
  var title: String {
    switch self {
    case .cpa: "CPA: an amount"
    case .revshare: "RevShare: a percentage"
    case .hybrid: "Hybrid: both"
    }
  }
}

extension Micros {
  /// Without zeros at its end: `12.5`, `10`.
  fileprivate var shortest: String {
    var text = description
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}

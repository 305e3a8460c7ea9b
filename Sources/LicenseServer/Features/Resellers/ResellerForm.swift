import Billing
import Core
import Web

/// The staff's form of an agreement: for a new reseller, or with what is agreed.
struct ResellerForm: Sendable {
  let former: Reseller?
  let sent: FormBody
  let plans: [Plan]

  private var agreement: ResellerAgreement? { former?.agreement }

  private func value(_ name: String, _ stored: String?) -> String { sent[name] ?? stored ?? "" }

  var html: HTML {
    let new: HTML =
      former == nil
      ? """
      \(PageParts.input("email", "E-mail", type: "email", value: value("email", nil), hint: "The owner's; invoices go there too."))
      \(PageParts.select("currency", "Currency", [("USD", "USD"), ("EUR", "EUR")], selected: value("currency", "USD")))
      """ : .empty
    let chosen = sent.fields.isEmpty ? agreement?.plans ?? plans.map(\.slug) : sent.all("plans")
    let boxes = plans.map { plan -> HTML in
      box("plans", plan.name, value: plan.slug, isOn: chosen.contains(plan.slug))
    }
    return """
      \(PageParts.input("name", "Name", value: value("name", former?.name)))\(new)
      <fieldset class="ty-field"><legend class="form-label">Plans it may sell</legend>\(boxes)</fieldset>
      \(PageParts.input("max_licenses", "Licences at most", type: "number", value: value("max_licenses", agreement.map { "\($0.maxLicenses)" } ?? "100")))
      \(PageParts.input("max_instances", "Instances at most", type: "number", value: value("max_instances", agreement.map { "\($0.maxInstances)" } ?? "100")))
      \(PageParts.input("max_tenants", "Hosted tenants at most", type: "number", value: value("max_tenants", agreement.map { "\($0.maxTenants)" } ?? "0"), hint: "Of its customers, on your trackers."))
      \(wholesale)
      \(PageParts.input("grace_days", "Grace of its customers, days", type: "number", value: value("grace_days", agreement.map { "\($0.graceDays)" } ?? "30")))
      \(PageParts.input("portal_domain", "Portal domain", value: value("portal_domain", former?.portalDomain), required: false, hint: "A host whose DNS points here, such as licenses.example.com."))
      \(box("white_label", "White label", isOn: sent.fields.isEmpty ? agreement?.whiteLabel ?? false : sent["white_label"] != nil))
      \(box("may_hide_powered_by", "May hide “Powered by Trackily”", isOn: sent.fields.isEmpty ? agreement?.mayHidePoweredBy ?? false : sent["may_hide_powered_by"] != nil))
      """
  }

  private var wholesale: HTML {
    let kinds = [
      ("percentage", "A percentage off our prices"), ("fixed", "One price for every plan"),
      ("price_list", "A price list"),
    ]
    var percent: String?
    if case .percentage(let off) = agreement?.wholesale { percent = "\(Double(off) / 100)" }
    return """
      \(PageParts.select("wholesale", "Wholesale", kinds, selected: value("wholesale", agreement?.wholesale.kind.rawValue ?? "percentage")))
      \(PageParts.input("percent_off", "Percent off", value: value("percent_off", percent ?? "30"), required: false))
      <div class="ty-field"><label class="form-label" for="prices">Fixed prices or price list</label>\
      <textarea class="form-control" id="prices" name="prices" rows="4" aria-describedby="prices-hint">\
      \(value("prices", Self.lines(of: agreement)))</textarea>\
      <small class="form-hint" id="prices-hint">One a line: pro month 40.00, or for a fixed price: month 40.00.</small></div>
      """
  }

  private func box(_ name: String, _ label: String, value: String = "on", isOn: Bool) -> HTML {
    """
    <label class="form-check"><input class="form-check-input" type="checkbox" name="\(name)" value="\(value)"\
    \(attribute: "checked", when: isOn)><span class="form-check-label">\(label)</span></label>
    """
  }

  private static func lines(of agreement: ResellerAgreement?) -> String {
    guard let agreement else { return "" }
    func amount(_ minorUnits: Int64) -> String { Money(minorUnits: minorUnits, currency: agreement.currency).decimal }
    switch agreement.wholesale {
    case .percentage: return ""
    case .fixed(let prices):
      return prices.map { "\($0.key.rawValue) \(amount($0.value))" }.sorted().joined(separator: "\n")
    case .priceList(let prices):
      return prices.map { "\($0.key.plan) \($0.key.period.rawValue) \(amount($0.value))" }.sorted()
        .joined(separator: "\n")
    }
  }

  /// The form as the API's request.
  static func json(of form: FormBody) throws(Problem) -> JSONObject {
    var object = form.json(
      numbers: ["max_licenses", "max_instances", "max_tenants", "grace_days"],
      flags: ["white_label", "may_hide_powered_by"],
      lists: ["plans"])
    let kind = object["wholesale"] ?? .null
    let isPercentage = kind == "percentage"
    var prices: [JSONValue] = []
    for line in (form["prices"] ?? "").split(whereSeparator: \.isNewline).map(\.trimmed) where !line.isEmpty {
      let words = line.split(separator: " ").map(String.init)
      guard (2...3).contains(words.count), let amount = words.last else {
        throw .invalid("prices", "syntax", "must have lines such as pro month 40.00")
      }
      var price: JSONObject = ["interval": .string(words[words.count - 2]), "amount": .string(amount)]
      if words.count == 3 { price["plan"] = .string(words[0]) }
      prices.append(.object(price))
    }
    object["wholesale"] = [
      "kind": kind, "percent_off": isPercentage ? object["percent_off"] ?? .null : .null,
      "prices": .array(isPercentage ? [] : prices),
    ]
    for name in ["prices", "percent_off"] { object[name] = Optional.none }
    return object
  }
}

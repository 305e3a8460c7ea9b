import ClickPath
import Core
import Web

struct OfferPages: ResourcePages {
  let api: ResourceAPI<OfferStore>
  let caps: OfferCapsAPI
  let names: NameStore
  let layout: Layout

  let words = ResourceWords(
    plural: "Offers", noun: "offer", icon: .offers,
    purpose:
      "An offer is what you promote: the advertiser's address and what a conversion pays. Flows send visitors to it.")

  func columns(_ call: TrackerCall) -> [Parts.Heading] {
    ["Name", "Network", .number("Payout"), .number("Geo payouts"), .number("Caps"), "Status", "Address"]
  }

  func rows(_ offers: [Offer], _ call: TrackerCall) async throws -> [HTML] {
    let networks = try await names.names(.networks, Set(offers.compactMap(\.draft.networkID)), of: call.place.scope)
    return offers.map { offer in
      let draft = offer.draft
      return """
        <tr><th scope="row"><a href="/admin/offers/\(offer.id)">\(draft.name)</a></th>\
        <td>\(Parts.text(draft.networkID.flatMap { networks[$0] }))</td>\
        <td class="num">\(Figures.money(draft.payout, draft.currency))</td>\
        <td class="num">\(draft.payouts.isEmpty ? Figures.none : Figures.count(draft.payouts.count))</td>\
        <td class="num">\(Self.caps(draft))</td><td>\(Parts.status(draft.status.rawValue))</td>\
        <td class="ty-truncate" title="\(draft.url)">\(draft.url)</td></tr>
        """
    }
  }

  /// `100 a day, 5,000`
  private static func caps(_ draft: Offer.Draft) -> String {
    let caps = [
      draft.capDaily.map { "\(Figures.count($0)) a day" }, draft.capTotal.map { "\(Figures.count($0)) in all" },
    ].compactMap { $0 }
    return caps.isEmpty ? Figures.none : caps.joined(separator: ", ")
  }

  func blank(_ call: TrackerCall) async throws -> JSONObject {
    [
      "currency": .string(try await api.settings.all(of: call.place.scope).currency.code), "status": "active",
      "duplicate_mode": "update",
    ]
  }

  func form(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    let maySeeNetworks = call.session.allows(.read(.networks))
    let networks = maySeeNetworks ? try await names.live(.networks, of: call.place.scope).choices : []
    let network: HTML =
      maySeeNetworks
      ? fields.select(
        "network_id", "Affiliate network", networks, none: "No network", hint: "Who pays for conversions.")
      : .empty
    return """
      \(fields.input("name", "Name", required: true))
      \(fields.input(
        "url", "Offer URL", .url, required: true,
        hint: "Macros such as {click_id}, {sub1} or {campaign_name} are filled in. Without {click_id} we add sub2=<click id>.",
        placeholder: "https://network.example/offer?aff_sub={click_id}"))
      \(network)
      <div class="ty-pair">\(fields.input("payout", "Payout per conversion", .decimal, placeholder: "0.00"))\
      \(fields.currency("currency", "Currency"))</div>
      \(geoPayouts(fields))
      \(goals(fields))
      \(fields.select(
        "duplicate_mode", "Repeated postbacks", Self.duplicateModes,
        hint: "Of the same click, type and transaction, with the status the conversion has already."))
      <div class="ty-pair">\(fields.input("cap_daily", "Daily cap", .number, hint: "Conversions a day; empty for none."))\
      \(fields.input("cap_total", "Total cap", .number, hint: "Conversions in all; empty for none."))</div>
      \(fields.select(
        "status", "Status", [.init("active", "Active"), .init("paused", "Paused: never drawn")]))
      \(fields.area("notes", "Notes"))
      """
  }

  func aside(_ offer: Offer, _ call: TrackerCall) async throws -> HTML {
    let draft = offer.draft
    guard draft.capDaily != nil || draft.capTotal != nil else { return .empty }
    let (count, isCapped) = try await caps.standing(of: offer, call)
    let meters =
      (draft.capDaily.map { Self.meter("Today", count.today, of: $0, "today") } ?? .empty)
      + (draft.capTotal.map { Self.meter("In all", count.total, of: $0, "in all") } ?? .empty)
    let note: HTML = Parts.note(
      .warning, "<p>The offer is full: its flows send visitors to their other offers.</p>", layout.icons)
    return Parts.card("Caps", (isCapped ? note : .empty) + meters)
  }

  /// `57 of 100 today`
  private static func meter(_ label: String, _ count: Int, of cap: Int64, _ span: String) -> HTML {
    """
    <div class="ty-field"><strong>\(Figures.count(count)) of \(Figures.count(cap)) \(span)</strong>\
    <meter class="ty-meter" min="0" max="\(cap)" value="\(count)" aria-label="\(label)"></meter></div>
    """
  }

  private func geoPayouts(_ fields: FormFields) -> HTML {
    let entries = fields.values["payouts"]?.arrayValue ?? []
    let rows = entries.enumerated().map { index, entry in
      payoutRow(
        FormFields.text(of: entry["country"]), FormFields.text(of: entry["payout"]), path: "payouts[\(index)]", fields)
    }
    return FormRows(
      name: "payouts", legend: "Payout by country", addLabel: "Add country",
      hint: "A two-letter country code and what a conversion from there pays. Other countries pay the amount above.",
      icons: layout.icons
    ).html(rows, blank: payoutRow("", "", path: "", fields))
      + FilterSuggestions.list(of: .country, id: "payout-countries")
  }

  private func payoutRow(_ country: String, _ payout: String, path: String, _ fields: FormFields) -> HTML {
    """
    <div><input class="form-control" name="payout_country" value="\(country)" maxlength="2" placeholder="US" \
    aria-label="Country" autocomplete="off" list="payout-countries"\(fields.rowAttributes("\(path).country"))>\
    \(fields.faultNote("\(path).country"))</div>\
    <div><input class="form-control" name="payout_amount" value="\(payout)" inputmode="decimal" placeholder="40.00" \
    aria-label="Payout" autocomplete="off"\(fields.rowAttributes("\(path).payout"))>\
    \(fields.faultNote("\(path).payout"))</div>
    """
  }

  func body(of form: FormBody) -> JSONObject {
    var body = form.body(
      texts: ["name", "url", "payout", "currency", "duplicate_mode", "status", "notes"],
      numbers: ["network_id", "cap_daily", "cap_total"])
    body["payouts"] = .array(
      form.rows("payout_country", "payout_amount").map { row in
        ["country": .string(row[0]), "payout": row[1].isEmpty ? .null : .string(row[1])]
      })
    body["goals"] = goals(of: form)
    return body
  }
}

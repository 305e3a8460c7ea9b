import Core
import Web

struct NetworkPages: ResourcePages {
  let api: ResourceAPI<NetworkStore>
  let secrets: NetworkSecretAPI
  let layout: Layout
  let site: SiteAddress

  let words = ResourceWords(
    plural: "Affiliate Networks", noun: "network", icon: .networks,
    purpose:
      "An affiliate network pays for conversions and reports them to your postback URL, which you will find here.",
    opensAfterAdding: true)

  func columns(_ call: TrackerCall) -> [Parts.Heading] {
    ["Name", "Postbacks", .number("Allowed addresses"), .number("Mapped statuses")]
  }

  func rows(_ networks: [Network], _ call: TrackerCall) async throws -> [HTML] {
    networks.map { network in
      let draft = network.draft
      return """
        <tr><th scope="row"><a href="/admin/networks/\(network.id)">\(draft.name)</a></th>\
        <td>\(draft.requiresKey ? "Only with its key" : "With or without its key")\
        \(if: network.signsSince != nil, ", signed")</td>\
        <td class="num">\(draft.allowedAddresses.isEmpty ? "Any" : Figures.count(draft.allowedAddresses.count))</td>\
        <td class="num">\(Figures.count(draft.statusMap.count))</td></tr>
        """
    }
  }

  func blank(_ call: TrackerCall) async throws -> JSONObject { [:] }

  func form(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    """
    \(fields.input("name", "Name", required: true))
    \(fields.toggle(
      "require_key", "Take postbacks only at this network's own URL",
      hint: "Postbacks for its offers that come without its key are refused."))
    \(fields.area(
      "allowed_addresses", "Addresses postbacks may come from", hint: "One address or CIDR range a line; empty for any.",
      isCode: true, placeholder: "203.0.113.0/24"))
    \(try await statusMap(fields, call))
    \(fields.area("notes", "Notes"))
    """
  }

  func body(of form: FormBody) -> JSONObject {
    var body = form.body(texts: ["name", "notes"], flags: ["require_key"])
    body["allowed_addresses"] = form.lines("allowed_addresses")
    var map = JSONObject()
    for row in form.rows("status_word", "status_meaning") where !row[1].isEmpty { map[row[0]] = .string(row[1]) }
    body["status_map"] = .object(map)
    return body
  }

  func aside(_ network: Network, _ call: TrackerCall) async throws -> HTML {
    let base = site.base(call)
    let parameters = "?click_id={sub2}&amount={payout_amount}&txid={transaction_id}"
    return Parts.card(
      "Postback URL",
      """
      <p>Set one of these in the network. Replace what is in braces by the network's own macros; any of the usual \
      parameter names is understood (subid, clickid, aff_sub; payout, revenue, price; status; tid).</p>
      \(Parts.copyable(
        "This network's own URL", "\(base)/postback/\(network.postbackKey)\(parameters)", id: "postback-own",
        layout.icons, hint: "Holds this network's key: keep it between you and the network."))
      \(Parts.copyable(
        "The open URL", "\(base)/postback\(parameters)", id: "postback-open", layout.icons,
        hint: network.draft.requiresKey
          ? "Refused for this network: it asks for its key." : "The same for every network."))
      """) + signature(network, call)
  }
}

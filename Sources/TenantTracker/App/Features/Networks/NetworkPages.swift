import Core
import Web

struct NetworkPages: ResourcePages {
  let api: ResourceAPI<NetworkStore>
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
        <td>\(draft.requiresKey ? "Only with its key" : "With or without its key")</td>\
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
    \(statusMap(fields))
    \(fields.area("notes", "Notes"))
    """
  }

  private func statusMap(_ fields: FormFields) -> HTML {
    let entries = fields.values["status_map"]?.objectValue?.members ?? []
    let rows = entries.map { statusRow($0.key, FormFields.text(of: $0.value)) }
    let faults = entries.map { fields.faultNote("status_map.\($0.key)") }.joined()
    return FormRows(
      name: "status_map", legend: "Status words", addLabel: "Add status",
      hint: "The network's own word and what it means. Common words such as approved or declined need no entry.",
      icons: layout.icons
    ).html(rows, blank: statusRow("", ""), faults: faults)
  }

  private func statusRow(_ word: String, _ status: String) -> HTML {
    let choices = Network.statuses.map { FormFields.Choice($0, $0.prefix(1).uppercased() + $0.dropFirst()) }
    return """
      <div><input class="form-control" name="status_word" value="\(word)" placeholder="approved" \
      aria-label="The network's word" autocomplete="off"></div>\
      <div><select class="form-select" name="status_meaning" aria-label="What it means">\
      \(FormFields.options(choices, current: status))</select></div>
      """
  }

  func body(of form: FormBody) -> JSONObject {
    var body = form.body(texts: ["name", "notes"], flags: ["require_key"])
    body["allowed_addresses"] = form.lines("allowed_addresses")
    var map = JSONObject()
    for row in form.rows("status_word", "status_meaning") { map[row[0]] = .string(row[1]) }
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
      """)
  }
}

import Core

/// A shop's report as the log keeps it: ids, sums, states, products and the click stay, and of the customer nothing that
/// tells who they are or where they live.
public enum ShopBody {
  /// Stands where something was.
  private static let gone: JSONValue = "***"

  /// Whatever these hold.
  private static let contacts: Set<String> = [
    "first_name", "last_name", "full_name", "customer_name", "name_on_card", "company", "note", "customer_note",
    "browser_ip", "user_agent", "customer_user_agent", "order_key", "order_status_url", "hosted_invoice_url",
    "invoice_pdf", "receipt_url", "tax_id", "customer_tax_ids",
  ]
  /// And whatever has one of these in its name.
  private static let parts = ["email", "phone", "address", "token"]
  /// What is inside them; a bare value is an id.
  private static let people: Set<String> = [
    "customer", "customer_details", "customer_shipping", "billing", "billing_details", "shipping", "shipping_details",
    "client_details", "collected_information", "destination", "payment_method_details", "payment_details",
  ]
  /// Lists of what shops and their plug-ins note, each with its name; only the click is known to be no customer's.
  private static let notes: Set<String> = [
    "note_attributes", "properties", "meta_data", "metadata", "custom_fields", "custom_attributes",
  ]
  private static let noteNames = [OrderDocument.clickName, "_wc_order_attribution_session_entry"]

  /// - Returns: JSON again; nothing for what is none.
  public static func withoutCustomer(_ body: [UInt8]) -> [UInt8] {
    guard let document = try? JSONValue.parse(body, keepsRepeatedKeys: true) else { return [] }
    return cleaned(document).utf8
  }

  private static func cleaned(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object): .object(object.mapValues { cleaned($0.value, named: $0.key.lowercased()) })
    case .array(let list): .array(list.map { cleaned($0) })
    case .null, .bool, .number, .string: value
    }
  }

  private static func cleaned(_ value: JSONValue, named name: String) -> JSONValue {
    if value.isNull { return value }
    if contacts.contains(name) || parts.contains(where: { name.contains($0) }) { return gone }
    if people.contains(name) { return isBare(value) ? value : emptied(value) }
    return notes.contains(name) ? noted(value) : cleaned(value)
  }

  private static func isBare(_ value: JSONValue) -> Bool { value.objectValue == nil && value.arrayValue == nil }

  /// The same shape without what it says, but for ids.
  private static func emptied(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object): .object(object.mapValues { $0.key == "id" ? $0.value : emptied($0.value) })
    case .array(let list): .array(list.map { emptied($0) })
    case .null, .bool: value
    case .number, .string: gone
    }
  }

  /// A list of names and values, or an object of them.
  private static func noted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      return .object(object.mapValues { noteNames.contains($0.key) ? $0.value : emptied($0.value) })
    case .array(let list):
      return .array(
        list.map { note in
          let name = (note["name"] ?? note["key"])?.stringValue ?? ""
          if noteNames.contains(name) { return note }
          guard let object = note.objectValue else { return emptied(note) }
          return .object(
            object.mapValues { ["id", "name", "key"].contains($0.key) ? $0.value : emptied($0.value) })
        })
    case .null, .bool, .number, .string: return emptied(value)
    }
  }
}

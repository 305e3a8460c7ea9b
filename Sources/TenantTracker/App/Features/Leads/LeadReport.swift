import Core

/// What a form says of a visitor who filled it in, read and bounded. Contact data is hashed as it is read: neither the
/// journal nor the log ever holds it in clear.
struct LeadReport: Hashable, Sendable {
  var click: ClickID
  var name: ContactHash?
  var email: ContactHash?
  var phone: ContactHash?
  /// The form's own fields, as sent.
  var fields: JSONObject

  static let fieldLimit = 20
  static let fieldNameLimit = 64
  static let fieldLength = 500

  /// Fields that people never see and so leave empty; what fills in everything is no person.
  private static let traps = ["_gotcha", "_honeypot", "honeypot", "_hp"]
  private static let clickNames = ["click_id", "clickid", "subid", "_tly_click"]
  private static let contactNames = ["name", "first_name", "last_name", "email", "phone"]

  /// Whether a field is filled in that no person sees.
  static func isTrapped(_ object: JSONObject) -> Bool {
    traps.contains { object[$0].map { !$0.isNull && $0 != "" } ?? false }
  }

  /// - Parameters:
  ///   - object: `{"click_id", "email"?, "phone"?, "name"?, ...}`: an e-mail address or a phone number must be there.
  ///   - cookie: the click that the browser remembers, if the form is on a page of ours.
  /// - Throws: 422 with every fault; 404 for a click id that is none of ours.
  init(_ object: JSONObject, cookie: ClickID?) throws(Problem) {
    var contact = JSONObject()
    var others = JSONObject()
    for member in object.members where !Self.traps.contains(member.key) && !Self.clickNames.contains(member.key) {
      if Self.contactNames.contains(member.key) {
        if member.value != "" { contact[member.key] = member.value }
      } else {
        others[member.key] = member.value
      }
    }
    var reader = try FieldReader(.object(contact))
    let names = ["name", "first_name", "last_name"].compactMap { reader.optionalString($0, length: 0...200) ?? nil }
    let address = reader.optionalEmail("email") ?? nil
    let number = reader.optionalString("phone", length: 0...40) ?? nil
    let phone = number.flatMap { ContactHash(phone: $0) }
    if number != nil, phone == nil { reader.fault("phone", "phone", "must be a phone number of 6 to 15 digits") }
    if contact["email"] == nil, contact["phone"] == nil {
      reader.fault("email", "required", "is required, or a phone number")
    }
    let fields = Self.own(others, &reader)
    let given = Self.clickNames.lazy.compactMap { object[$0]?.stringValue?.trimmed }.first { !$0.isEmpty }
    if given == nil, cookie == nil { reader.fault("click_id", "required", "is required") }
    try reader.finish()
    guard let click = given.map({ ClickID($0) }) ?? cookie, click.isVersion7 else { throw .notFound("click") }
    self.click = click
    name = ContactHash(name: names.joined(separator: " "))
    email = address.map { ContactHash($0) }
    self.phone = phone
    self.fields = fields
  }

  /// Texts, numbers, yes and no; so many, and so long.
  private static func own(_ object: JSONObject, _ reader: inout FieldReader) -> JSONObject {
    var fields = JSONObject()
    if object.members.count > fieldLimit {
      reader.fault("fields", "length", "may be \(fieldLimit) beside the contact data")
      return fields
    }
    for member in object.members {
      guard member.key.unicodeScalars.count <= fieldNameLimit, !member.key.unicodeScalars.contains("\0") else {
        reader.fault("fields", "name", "may have names of \(fieldNameLimit) characters")
        continue
      }
      switch member.value {
      case .string(let text) where text.unicodeScalars.count <= fieldLength && !text.unicodeScalars.contains("\0"):
        fields[member.key] = .string(text)
      case .number, .bool: fields[member.key] = member.value
      case .null: break
      default: reader.fault(member.key, "type", "must be a text of at most \(fieldLength) characters")
      }
    }
    return fields
  }

  /// What ``init(hashed:)`` reads back.
  var json: JSONObject {
    var object: JSONObject = ["click_id": JSONValue(click)]
    object["name_sha256"] = name.map { .string($0.hex) }
    object["email_sha256"] = email.map { .string($0.hex) }
    object["phone_sha256"] = phone.map { .string($0.hex) }
    object["fields"] = .object(fields)
    return object
  }

  init?(hashed object: JSONObject) {
    guard let click = object["click_id"]?.stringValue.flatMap({ ClickID($0) }) else { return nil }
    self.click = click
    let hash = { (name: String) in object[name]?.stringValue.flatMap { ContactHash(hex: $0) } }
    (name, email, phone) = (hash("name_sha256"), hash("email_sha256"), hash("phone_sha256"))
    fields = object["fields"]?.objectValue ?? [:]
  }
}

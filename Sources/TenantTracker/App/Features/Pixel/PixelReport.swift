import ClickPath
import Conversions
import Core
import Crypto

/// What the pixel says of a visitor of the merchant's page, read and bounded. Nothing of it names a person in clear, so
/// that neither the journal nor the log ever holds that.
struct PixelReport: Hashable, Sendable {
  /// `pageview`, `add_to_cart`, `checkout`, `purchase`, `lead`, or the page's own word for a conversion.
  var kind: String
  /// Made by the pixel: an event that is sent again has the same.
  var eventID: String?
  var click: ClickID
  var orderID: String?
  /// Nil when the page names none.
  var value: Micros?
  var currency: Currency?
  var products: [PixelProduct]
  var email: ContactHash?
  /// How long ago it was when it was sent: it may have waited for the network.
  var age: Duration = .zero

  /// The steps of the shop's funnel, in order.
  static let funnel = ["pageview", "add_to_cart", "checkout", purchase]
  static let purchase = "purchase"
  static let lead = "lead"

  /// A page view or a cart is none; everything else a page tells of is what it was made for.
  var isConversion: Bool { kind == Self.purchase || !Self.funnel.contains(kind) }

  static let longestOrderID = 200
  /// An offline phone comes back within days.
  static let greatestAge = Duration.seconds(7 * 86_400)

  /// - Parameter object: the pixel's own form, or a flat one made by hand:
  ///   `{"event", "click_id", "event_id"?, "age"?, "data"?: {"order_id", "revenue", "currency", "products", "email"}}`.
  /// - Throws: 422 that names what is wrong. Of steps that are no conversions, an amount that can't be read is let go.
  init(_ object: JSONObject) throws(Problem) {
    let fields = PixelFields(object)
    guard let word = fields.text(["event", "kind"]), word.unicodeScalars.count <= 64 else {
      throw .invalid("event", "required", "must name the event in 1 to 64 characters")
    }
    kind = Self.kind(of: word)
    guard let text = fields.text(["click_id", "_tly_click", "clickid", "subid"]) else {
      throw .invalid("click_id", "required", "is required: without a click there is nothing to credit")
    }
    guard let click = ClickID(text), click.isVersion7 else { throw .notFound("click") }
    self.click = click
    eventID = fields.text(["event_id"]).map { Self.key($0, longest: 64) }
    orderID = fields.text(["order_id", "txid", "transaction_id"]).map { Self.key($0, longest: Self.longestOrderID) }
    currency = fields.text(["currency"]).flatMap { Currency($0) }
    products = PixelProduct.list(fields.value(["products", "items", "product"]))
    email = fields.text(["email_sha256", "email"]).flatMap { text in
      ContactHash(hex: text) ?? EmailAddress(text).map { ContactHash($0) }
    }
    let milliseconds = fields.text(["age"]).flatMap { Int64($0) } ?? 0
    age = min(max(.zero, .milliseconds(milliseconds)), Self.greatestAge)
    value = nil
    if let (name, text) = fields.named(["value", "revenue", "amount", "total", "cart_total", "price"]) {
      let amount = Micros(text).flatMap { (Micros.zero ... .greatestAmount).contains($0) ? $0 : nil }
      if amount == nil, isConversion {
        throw .invalid(name, "amount", "must be a decimal amount such as \"10.50\", 0 to \(Micros.greatestAmount)")
      }
      value = amount
    }
  }

  private static func kind(of word: String) -> String {
    let type = ConversionType(word: word)
    if type == .sale { return purchase }
    return synonyms[type.rawValue] ?? type.rawValue
  }

  private static let synonyms = [
    "page_view": "pageview", "addtocart": "add_to_cart", "initiate_checkout": "checkout",
    "begin_checkout": "checkout", "initiatecheckout": "checkout",
  ]

  /// A longer one becomes a checksum of itself, so that different ones stay different.
  private static func key(_ text: String, longest: Int) -> String {
    guard text.unicodeScalars.count > longest else { return text }
    return SHA256.hash(data: Array(text.utf8)).hex
  }

  /// The lines of what was bought.
  var purchases: [PurchasedProduct] {
    products.compactMap {
      PurchasedProduct(
        sku: $0.sku, externalID: $0.externalID, name: $0.name, price: $0.price, currency: currency,
        quantity: $0.quantity ?? 1)
    }
  }

  /// What ``init(_:)`` reads back, with the customer's address hashed.
  var json: JSONObject {
    var object: JSONObject = ["event": .string(kind), "click_id": JSONValue(click)]
    object["event_id"] = eventID.map { .string($0) }
    object["order_id"] = orderID.map { .string($0) }
    object["value"] = value.map { JSONValue($0) }
    object["currency"] = currency.map { JSONValue($0) }
    if !products.isEmpty { object["products"] = .array(products.map(\.json)) }
    object["email_sha256"] = email.map { .string($0.hex) }
    return object
  }
}

/// Something in a cart.
struct PixelProduct: Hashable, Sendable {
  var name: String
  var sku: String? = nil
  /// The shop's id of it.
  var externalID: String? = nil
  var price: Micros?
  var quantity: Int64?

  private static let most = 50

  var json: JSONValue {
    var object: JSONObject = ["name": .string(name)]
    object["sku"] = sku.map { .string($0) }
    object["product_id"] = externalID.map { .string($0) }
    object["price"] = price.map { JSONValue($0) }
    object["qty"] = quantity.map { .int($0) }
    return .object(object)
  }

  /// Of names, or of objects with one; what is neither is passed over.
  static func list(_ value: JSONValue?) -> [PixelProduct] {
    guard let value else { return [] }
    return (value.arrayValue ?? [value]).prefix(most).compactMap { PixelProduct($0) }
  }

  private init?(_ value: JSONValue) {
    let fields = PixelFields(value.objectValue ?? ["name": value])
    sku = fields.text(["sku", "item_sku"]).map(Self.bounded)
    externalID = fields.text(["product_id", "external_id", "item_id", "id"]).map(Self.bounded)
    guard let name = fields.text(["name", "title", "product", "item_name"]) ?? sku ?? externalID else { return nil }
    self.name = Self.bounded(name)
    price = fields.text(["price"]).flatMap { Micros($0) }.flatMap { $0 >= .zero ? $0 : nil }
    quantity = fields.text(["qty", "quantity"]).flatMap { Int64($0) }.flatMap { $0 >= 0 ? $0 : nil }
  }

  private static func bounded(_ text: String) -> String { String(text.unicodeScalars.prefix(200)) }
}

/// Looks fields up under the names people give them, beside the event or in its `data`.
private struct PixelFields {
  private let places: [JSONObject]

  init(_ object: JSONObject) { places = [object, object["data"]?.objectValue].compactMap { $0 } }

  func value(_ names: [String]) -> JSONValue? {
    for name in names {
      for place in places {
        if let value = place[name], !value.isNull { return value }
      }
    }
    return nil
  }

  /// The first that is a text or number and not empty.
  func named(_ names: [String]) -> (name: String, text: String)? {
    for name in names {
      for place in places {
        let text: String? =
          switch place[name] {
          case .string(let text)?: text
          case .number(let literal)?: literal
          default: nil
          }
        // Postgres has no NUL in text.
        if let text = text?.replacing("\0", with: "").trimmed, !text.isEmpty { return (name, text) }
      }
    }
    return nil
  }

  func text(_ names: [String]) -> String? { named(names)?.text }
}

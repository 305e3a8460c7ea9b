import ClickPath
import Conversions
import Core

/// A running shop with the pixel on its pages: what its visitors look at, put into the cart and pay.
struct DemoShop: Sendable {
  static let origin = "https://stride.example.com"

  struct Article: Sendable {
    let name: String
    let sku: String
    let category: String
    let price: Micros
  }

  static let articles: [Article] = [
    Article(name: "Trail Runner 5", sku: "STR-TR5", category: "Shoes", price: Micros(rawValue: 119_000_000)),
    Article(name: "City Racer", sku: "STR-CR1", category: "Shoes", price: Micros(rawValue: 89_900_000)),
    Article(name: "Winter Grip", sku: "STR-WG2", category: "Shoes", price: Micros(rawValue: 139_500_000)),
    Article(name: "Sports Socks", sku: "STR-SO3", category: "Accessories", price: Micros(rawValue: 14_990_000)),
    Article(name: "Reflective Vest", sku: "STR-RV1", category: "Accessories", price: Micros(rawValue: 29_900_000)),
    Article(name: "Running Belt", sku: "STR-RB1", category: "Accessories", price: Micros(rawValue: 24_500_000)),
  ]

  /// What the pixel told of one visit, in order, and when.
  typealias Told = (report: PixelReport, at: Timestamp)

  /// - Parameters:
  ///   - rate: how many of a thousand look around.
  ///   - ease: percent; those who know the shop buy more.
  static func visit(
    _ click: ClickEvent, rate: Int, ease: Int, email: String, using generator: inout some RandomNumberGenerator
  ) throws -> [Told] {
    var told: [Told] = []
    var time = click.ts
    var cart: [JSONValue] = []
    var total = Micros.zero
    // Of a thousand at the step before.
    for (step, chance) in [("pageview", rate), ("add_to_cart", 350 * ease / 100), ("checkout", 514), ("purchase", 667)]
    {
      guard Int.random(in: 0..<1_000, using: &generator) < chance else { break }
      time = time + .seconds(Int64.random(in: 5...240, using: &generator))
      if step == "add_to_cart" {
        for article in articles.shuffled(using: &generator).prefix(Int.random(in: 1...2, using: &generator)) {
          total = total + article.price
          cart.append([
            "sku": .string(article.sku), "name": .string(article.name), "price": JSONValue(article.price), "qty": 1,
          ])
        }
      }
      var event: JSONObject = [
        "event": .string(step), "click_id": JSONValue(click.id), "event_id": .string("\(click.id)-\(step)"),
      ]
      if !cart.isEmpty {
        event["products"] = .array(cart)
        event["value"] = JSONValue(total)
        event["currency"] = "USD"
      }
      if step == "purchase" {
        event["order_id"] = .string("S-\(click.id.description.suffix(8))")
        event["email"] = .string(email)
      }
      told.append((try PixelReport(event), time))
    }
    return told
  }
}

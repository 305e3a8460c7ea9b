/// What a merchant puts on the page.
struct PixelSnippet: Sendable {
  /// `https://track.example.com`
  let base: String

  var scriptURL: String { "\(base)/\(PixelScript.fileName)" }

  /// The stub takes calls that come before the script is there.
  func html(withConsent: Bool = false) -> String {
    """
    <script>window.trackily=window.trackily||{q:[],track:function(){this.q.push(["track",arguments])},\
    consent:function(){this.q.push(["consent",arguments])}}</script>
    <script async src="\(scriptURL)"\(withConsent ? " data-consent=\"required\"" : "")></script>
    """
  }

  static let purchase = """
    trackily.track("purchase", {
      order_id: "ORD-12345",
      revenue: 89.99,
      currency: "USD",
      products: [{ name: "Running Shoes", price: 59.99, qty: 1 }]
    });
    """

  static let otherEvents = """
    trackily.track("add_to_cart", { product: "Running Shoes", price: 59.99 });
    trackily.track("checkout", { cart_total: 89.97, item_count: 3 });
    trackily.track("lead", { email: "customer@example.com" });
    trackily.track("newsletter");
    """

  static let consent = "trackily.consent(true);   // or false: forgets the visitor"

  /// What a page's Content-Security-Policy must allow.
  var policy: String { "script-src \(base); connect-src \(base); img-src \(base)" }
}

import Conversions
import Core
import Web

/// One shop's card: its address, what to set where, the last event, its secret, a test.
struct WebhookView {
  let layout: Layout
  let base: String
  let times: LocalTimes
  let settings: WebhookSettings
  let call: TrackerCall

  private var isOpen: Bool { call.session.allows(.write(.settings)) }

  func card(
    _ shop: InboundChannel, _ event: WebhookEvent?, _ fields: FormFields, tested: WebhookTest.Result?
  ) -> HTML {
    let path = "\(WebhookPages.path)/\(shop.rawValue)"
    let forms: HTML = """
      <form class="ty-form" method="post" action="\(path)" novalidate>\(call.csrfField)\(fields.summary)\
      \(secretField(shop, fields))</form>\
      <form class="ty-form" method="post" action="\(path)/test" novalidate>\(call.csrfField)\
      \(fields.input(
        "\(shop.rawValue)_click", "Click id for a test",
        hint: "Optional. A made-up order goes through every step; nothing is recorded."))\
      <div class="ty-buttons"><button class="btn">Test</button></div></form>
      """
    return Parts.card(
      shop.title,
      """
      \(Parts.copyable("Address for \(shop.title)", address(shop), id: "address-\(shop.rawValue)", layout.icons))
      \(guide(shop))\(Parts.facts([("Last event", last(event)), ("Signature", Self.standing(shop, settings))]))
      \(tested.map(outcome))\(if: isOpen, forms)
      """)
  }

  private func address(_ shop: InboundChannel) -> String { "\(base)/webhook/\(shop.rawValue)" }

  private func guide(_ shop: InboundChannel) -> HTML {
    let steps: [HTML] =
      switch shop {
      case .shopify:
        [
          """
          <p>In Shopify, open Settings, Notifications, Webhooks. Add this address with format JSON for the events \
          Order creation, Order payment, Order cancellation and Refund create.</p>
          """,
          """
          <p>Copy the signing key that is shown there into the field below. Or choose a key of your own, store it below \
          and append it to the address as <code>?key=</code>.</p>
          """,
          """
          <p>Pass the click on: add the cart attribute <code>_tly_click</code> with the value of that parameter of the \
          page that visitors land on.</p>
          """,
        ]
      case .woocommerce:
        [
          """
          <p>In WordPress, open WooCommerce, Settings, Advanced, Webhooks. Add two with this address: for the topics \
          Order created and Order updated.</p>
          """,
          """
          <p>Enter the same secret there and below. An order counts as a sale when its status is Completed.</p>
          """,
          """
          <p>WooCommerce’s order attribution remembers the page that visitors land on, and with it the click.</p>
          """,
        ]
      default:
        [
          """
          <p>In Stripe, open Developers, Webhooks and add this address for checkout.session.completed, \
          checkout.session.async_payment_succeeded, checkout.session.async_payment_failed, invoice.paid, \
          invoice_payment.paid, charge.refunded, charge.dispute.created and charge.dispute.closed.</p>
          """,
          """
          <p>Copy its signing secret (<code>whsec_…</code>) into the field below: without one, events are refused.</p>
          """,
          """
          <p>Pass the click on: set <code>client_reference_id</code> of the Checkout session, or of the payment link’s \
          address, to the value of <code>_tly_click</code>.</p>
          """,
        ]
      }
    return "<ol class=\"ty-steps\">\(steps.map { "<li><div>\($0)</div></li>" as HTML })</ol>"
  }

  private func last(_ event: WebhookEvent?) -> HTML {
    guard let event else { return "None yet" }
    let detail: HTML = event.detail.map { " <span class=\"ty-sub\">\($0)</span>" } ?? .empty
    return "\(times(event.at)), \(event.outcome.replacing("_", with: " "))\(detail)"
  }

  private static func standing(_ shop: InboundChannel, _ settings: WebhookSettings) -> HTML {
    let secrets = settings.secrets[shop] ?? []
    guard secrets.isEmpty else {
      let endings = secrets.map { $0.ending.map { "…\($0)" } ?? "a short one" }.joined(separator: ", ")
      return "Checked with the secret \(endings)"
    }
    return shop == .stripe
      ? "No secret yet: every event is refused" : "No secret yet: anybody who knows the address may report orders"
  }

  private func secretField(_ shop: InboundChannel, _ fields: FormFields) -> HTML {
    let isSet = !(settings.secrets[shop] ?? []).isEmpty
    let remove: HTML = """
      <button class="btn ty-danger" name="remove" value="true" data-confirm="Remove the secret?" \
      data-confirm-yes="Remove">Remove the secret</button>
      """
    return """
      \(fields.input(
        "\(shop.rawValue)_secret", "Secret", .password,
        hint: "Replaces what is stored. Several with commas between, while you change it or for several shops."))\
      <div class="ty-buttons"><button class="btn btn-primary">Save secret</button>\(if: isSet, remove)</div>
      """
  }

  private func outcome(_ result: WebhookTest.Result) -> HTML {
    let lines = result.steps.map { step -> HTML in
      "<li>\(layout.icons(step.isGood ? .check : .error)) \(step.text)</li>"
    }
    return Parts.note(
      result.isGood ? .info : .warning, "<div role=\"status\"><ul class=\"list-unstyled\">\(lines)</ul></div>",
      layout.icons)
  }

  /// How an order finds its click.
  func matching(_ fields: FormFields) -> HTML {
    let save: HTML = "<div class=\"card-footer ty-buttons\"><button class=\"btn btn-primary\">Save</button></div>"
    return """
      <form class="card ty-form" method="post" action="\(WebhookPages.path)" novalidate>\(call.csrfField)\
      <div class="card-header"><h2 class="card-title">How an order finds its click</h2></div><div class="card-body">\
      \(fields.summary)<p>By the click’s id; else by a conversion of the same order, then by the customer’s e-mail address \
      as an earlier conversion had it, then by the address of the customer’s browser. The conversion shows which it \
      was.</p><fieldset\(attribute: "disabled", when: !isOpen)>\(fields.input(
        "address_hours", "Hours in which an address is enough", .number,
        hint: "After the last click from there. 0: never."))</fieldset></div>\(if: isOpen, save)</form>
      """
  }
}

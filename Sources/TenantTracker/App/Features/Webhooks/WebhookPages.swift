import Conversions
import Core
import Web

/// Integrations -> Webhooks: where shops send their orders to, and whether they do.
struct WebhookPages: Sendable {
  let api: WebhooksAPI
  let layout: Layout
  let site: SiteAddress

  static let path = "/admin/integrations/webhooks"

  func register(in table: inout TrackerTable) {
    table.page("/integrations/webhooks", .read(.settings), "Shops' webhooks") { try await page($0) }
    table.action("/integrations/webhooks", .write(.settings), "Change how orders find their clicks") { call in
      let values = call.form.body(numbers: ["address_hours"])
      return try await act(call, values, in: nil) {
        try await api.changeWindow(FieldReader(.object(values)), by: call)
        return "The window was saved."
      }
    }
    table.action("/integrations/webhooks/{shop}", .write(.settings), "Set the secret of a shop's webhooks") { call in
      let shop = try api.shop(call)
      let values = secrets(of: shop, in: call)
      return try await act(call, values, in: shop) {
        try await api.setSecrets(FieldReader(.object(values)), by: call)
        return "\(shop.title)’s secret was saved."
      }
    }
    table.action("/integrations/webhooks/{shop}/test", .write(.settings), "Try a shop's webhook out") { call in
      let shop = try api.shop(call)
      let values = call.form.body(texts: ["\(shop.rawValue)_click"])
      let click = values["\(shop.rawValue)_click"]
      do {
        let result = try await api.test(FieldReader(["click_id": .optional(click)]), by: call)
        return try await page(call, values: values, tested: (shop, result))
      } catch let problem as Problem where problem.isAboutTheForm {
        return try await page(call, problem, values: values, of: shop)
      }
    }
  }

  /// Several stand in one field with commas between. An empty one keeps what is stored: there is a button to remove.
  private func secrets(of shop: InboundChannel, in call: TrackerCall) -> JSONObject {
    if call.form["remove"] != nil { return ["secrets": []] }
    let texts = (call.form["\(shop.rawValue)_secret"] ?? "").split(separator: ",").map { String($0).trimmed }
    return ["secrets": JSONValue(texts.isEmpty ? [""] : texts)]
  }

  private func act(
    _ call: TrackerCall, _ values: JSONObject, in shop: InboundChannel?, _ work: () async throws -> String
  ) async throws -> Reply {
    do {
      return .redirect(to: Self.path, flash: Flash(.success, try await work()))
    } catch let problem as Problem where problem.isAboutTheForm {
      return try await page(call, problem, values: shop == nil ? values : [:], of: shop)
    }
  }

  private func page(
    _ call: TrackerCall, _ problem: Problem? = nil, values: JSONObject = [:], of shop: InboundChannel? = nil,
    tested: (shop: InboundChannel, result: WebhookTest.Result)? = nil
  ) async throws -> Reply {
    let (settings, events) = try await api.state(of: call.place.scope)
    let times = LocalTimes(try await api.settings.all(of: call.place.scope))
    let view = WebhookView(layout: layout, base: site.base(call), times: times, settings: settings, call: call)
    let cards = WebhookSettings.channels.map { channel in
      view.card(
        channel, events[channel],
        FormFields(
          channel == tested?.shop ?? shop ? values : [:],
          problem: channel == shop ? problem?.onTheForm(of: channel) : nil,
          icons: layout.icons),
        tested: tested?.shop == channel ? tested?.result : nil)
    }
    let window = FormFields(
      shop == nil && problem != nil ? values : ["address_hours": .int(settings.addressHours)],
      problem: shop == nil ? problem : nil, icons: layout.icons)
    return layout.page(
      Layout.Frame(title: "Webhooks", current: Self.path), call, status: problem?.status ?? 200,
      "\(cards)\(view.matching(window))")
  }
}

extension Problem {
  /// Faults as faults of the fields that the page has for this shop.
  fileprivate func onTheForm(of shop: InboundChannel) -> Problem {
    var problem = self
    problem.errors = errors.map { fault in
      let field = fault.field.hasPrefix("secrets") ? "secret" : "click"
      return FieldFault(field: "\(shop.rawValue)_\(field)", code: fault.code, message: fault.message)
    }
    return problem
  }
}

extension InboundChannel {
  var title: String {
    switch self {
    case .postback: "Postback"
    case .pixel: "Pixel"
    case .lead: "Lead form"
    case .shopify: "Shopify"
    case .woocommerce: "WooCommerce"
    case .stripe: "Stripe"
    }
  }
}

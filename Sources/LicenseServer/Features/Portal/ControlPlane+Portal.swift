import Core
import Web

/// The portal's tables, put together.
extension ControlPlane {
  func registerPortal(in table: inout PortalTable, _ layout: Layout) {
    let limits = PortalLimits(
      perAddress: orderLimiter, perMailbox: RateLimiter(limit: 5, window: .minutes(15), clock: clock))
    let entrance = PortalEntrance(
      database: database, hasher: entrance.hasher, box: box, failures: entrance.failures, clock: clock)
    let account = PortalAccount(database: database, entrance: entrance, clock: clock)
    PortalEntrancePages(
      database: database, entrance: entrance, mail: mail, layout: layout, limits: limits, clock: clock
    ).register(in: &table)
    PasswordResetPages(database: database, account: account, mail: mail, layout: layout, limits: limits)
      .register(in: &table)
    SignUpPages(database: database, orders: orders, box: box, stripe: stripe, layout: layout, limits: limits)
      .register(in: &table)
    PortalOrderPages(
      database: database, orders: orders, layout: layout,
      limiter: RateLimiter(limit: 20, window: .hours(1), clock: clock)
    ).register(in: &table)
    ConfirmPages(entrance: entrance, layout: layout).register(in: &table)
    PortalAccountPages(database: database, account: account, layout: layout, clock: clock).register(in: &table)
    SecondFactorPages(account: account, layout: layout, clock: clock).register(in: &table)
    TeamPages(
      database: database, desk: TeamDesk(database: database, entrance: entrance, mail: mail, clock: clock),
      layout: layout, clock: clock
    ).register(in: &table)
    PortalPages(database: database, layout: layout, clock: clock).register(in: &table)
    PortalLicensePages(database: database, licenses: licenses, box: box, layout: layout, clock: clock)
      .register(in: &table)
    let plans = PortalPlanDesk(database: database, subscriptions: subscriptions, stripe: stripe, clock: clock)
    PortalPlanPages(desk: plans, layout: layout).register(in: &table)
    DownloadPages(database: database, layout: layout).register(in: &table)
    PortalInvoicePages(
      database: database, printer: InvoicePrinter(database: database, logger: logger), takesCards: stripe != nil,
      layout: layout
    ).register(in: &table)
    OwnWebhookPages(
      rules: .init(
        mount: "/portal", read: .portalRead(.licences), write: .portalWrite(.licences),
        owner: { .customer(try $0.session.customer) }, actor: { $0.actor }, page: { layout.portalPage($0, $1, $2) },
        types: VendorEventType.ofCustomers), database: database, desk: webhookDesk, layout: layout
    ).register(in: &table)
    PortalBillingPages(database: database, takesCards: stripe != nil, layout: layout, clock: clock).register(in: &table)
  }
}

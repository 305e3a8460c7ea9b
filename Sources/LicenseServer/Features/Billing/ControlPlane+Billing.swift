import Billing
import Core
import Web

extension ControlPlane {
  /// With Stripe, customers who left a card there are charged by it; everybody else transfers the money.
  func makeBillingJobs() -> BillingJobs {
    let provider: any PaymentProvider = stripe?.provider ?? ManualProvider()
    return BillingJobs(
      database: database, provider: provider, kind: stripe == nil ? .manual : .stripe, news: news, clock: clock,
      logger: logger)
  }

  func registerBilling(in table: inout StaffTable) {
    SubscriptionAPI(database: database, subscriptions: subscriptions, stripe: stripe).register(in: &table)
    InvoiceAPI(database: database, cashier: cashier, clock: clock).register(in: &table)
    CouponAPI(database: database, clock: clock).register(in: &table)
    TaxRateAPI(database: database, clock: clock).register(in: &table)
    BillingDetailsAPI(database: database, clock: clock).register(in: &table)
    RevenueAPI(database: database, clock: clock).register(in: &table)
  }

  func registerBilling(in table: inout StaffTable, layout: Layout) {
    SubscriptionPages(
      database: database, subscriptions: subscriptions, stripe: stripe, layout: layout, clock: clock
    ).register(in: &table)
    InvoicePages(database: database, cashier: cashier, layout: layout, clock: clock).register(in: &table)
    PlanPages(desk: PlanDesk(database: database, clock: clock), layout: layout).register(in: &table)
    CouponPages(database: database, layout: layout, clock: clock).register(in: &table)
    TaxRatePages(database: database, layout: layout, clock: clock).register(in: &table)
    RevenuePages(database: database, layout: layout, clock: clock).register(in: &table)
  }
}

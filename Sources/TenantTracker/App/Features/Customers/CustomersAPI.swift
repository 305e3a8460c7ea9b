import Analytics
import Core
import Database
import Web

/// `GET /customers`: who bought, and what they brought.
struct CustomersAPI: Sendable {
  let settings: SettingsStore
  let clock: any WallClock
  let store = CustomerValueStore()

  init(settings: SettingsStore, clock: any WallClock) {
    self.settings = settings
    self.clock = clock
  }

  func register(in table: inout TrackerTable) {
    table.define("Customer", .object(CustomerValue.properties))
    table.on(
      .get, "/customers", .read(.reports),
      "Customers with what they brought in all. Filters say whose orders; figures are of the customers' whole life",
      query: CustomerFilter.parameters,
      answer: .object([
        .required("items", .array(.ref("Customer"))), .required("next_cursor", .string.nullable),
        .required("totals", CustomerValue.Totals.schema), .required("currency", .string),
      ])
    ) { call in
      let (list, currency) = try await list(call.head.queryItems, of: call.place.scope)
      var object = list.page.json { .object($0.fields) }.objectValue ?? [:]
      object["totals"] = list.totals.json
      object["currency"] = JSONValue(currency)
      return .json(.object(object))
    }
    table.on(
      .get, "/customers/cohorts", .read(.reports),
      "Customers by the month of their first order, and who of them ordered again in each month after",
      query: [
        QueryParameter("months", .integer, "1 to 24; 12 by default."),
        QueryParameter("tz", .string, "IANA time zone of the months; the tenant's if absent."),
      ],
      answer: .object([.required("items", .array(Cohort.schema)), .required("currency", .string)])
    ) { call in
      let found = try await cohorts(call.head.queryItems, of: call.place.scope)
      return .json(["items": .array(found.cohorts.map(\.json)), "currency": JSONValue(found.currency)])
    }
    table.on(
      .get, "/customers/{id}", .read(.reports), "A customer with the way they went",
      answer: .object(
        CustomerValue.properties + [
          .required("currency", .string), .required("journey", CustomerJourney.schema),
          .required("journey_cut", Schema.boolean.described("There is more than is shown.")),
        ])
    ) { call in
      let (customer, journey) = try await find(call)
      var object = customer.fields
      object["currency"] = JSONValue(try await settings.all(of: call.place.scope).currency)
      object["journey"] = journey.json
      object["journey_cut"] = .bool(journey.isCut)
      return .json(.object(object))
    }
  }

  func list(
    _ items: [(name: String, value: String)], of scope: TenantScope
  ) async throws -> (CustomerValueStore.Answer, Currency) {
    let settings = try await settings.all(of: scope)
    let filter = try await CustomerFilter.read(items, zone: settings.zone, now: clock.now(), of: scope)
    let answer = try await Problem.unlessTooLarge("Choose days, or one campaign or source.") {
      try await store.page(filter, of: scope)
    }
    return (answer, settings.currency)
  }

  func find(_ call: TrackerCall) async throws -> (CustomerValue, CustomerJourney) {
    let scope = call.place.scope
    guard let customer = try await store.find(call.uuid(), of: scope) else { throw Problem.notFound("customer") }
    return (customer, try await CustomerJourneyStore().journey(of: customer, in: scope))
  }

  /// - Returns: today's date too, in the time zone of the months.
  func cohorts(
    _ items: [(name: String, value: String)], of scope: TenantScope
  ) async throws -> (cohorts: [Cohort], currency: Currency, today: LocalDate) {
    let settings = try await settings.all(of: scope)
    var reader = FilterReader(try PageRequest(query: items))
    let zone = reader.zone("tz", default: settings.zone)
    var months = 12
    if let text = reader.text("months") {
      if let number = Int(text), Cohort.monthRange.contains(number) {
        months = number
      } else {
        reader.fault("months", "range", "must be 1 to \(Cohort.monthRange.upperBound)")
      }
    }
    try reader.finish()
    let today = try await ReportWindow.today(zone: zone, now: clock.now(), in: scope)
    return (try await store.cohorts(months: months, today: today, zone: zone, of: scope), settings.currency, today)
  }
}

import Conversions
import Core
import Database
import Web

extension ConversionsAPI {
  /// A conversion with what came of it and around it.
  struct Detail: Sendable {
    let conversion: Conversion
    let history: [ConversionHistoryLine]
    /// What it follows.
    let parent: Conversion?
    /// Upsells and rebills that follow it.
    let children: [Conversion]
    /// Of the chain it is in, in the tenant's currency.
    let lifetimeValue: Micros
    /// What it was of, as its shop or page told; empty where nobody said.
    let products: [PurchasedProduct]

    var json: JSONValue {
      var object = conversion.json.objectValue ?? [:]
      object["history"] = .array(history.map(\.json))
      object["parent"] = .optional(parent?.json)
      object["children"] = .array(children.map(\.json))
      object["ltv"] = JSONValue(lifetimeValue)
      object["products"] = .array(products.map(\.json))
      return .object(object)
    }
  }

  func registerDetail(in table: inout TrackerTable) {
    table.define(
      "ConversionDetail",
      Schema(json: [
        "allOf": [
          Schema.ref("Conversion").json,
          Schema.object([
            .required("history", Schema.array(ConversionHistoryLine.schema).described("Newest first.")),
            .required("parent", .oneOf([.ref("Conversion"), Schema(json: ["type": "null"])])),
            .required("children", .array(.ref("Conversion"))),
            .required("ltv", Schema.money.described("Revenue of the whole chain, in the tenant's currency.")),
            .required(
              "products",
              .array(PurchasedProduct.schema).described("What it was of, as its shop or page told; `price` is of one.")),
          ]).json,
        ]
      ]))
    table.on(
      .get, "/conversions/{id}", .read(.reports), "A conversion with its history, its parent and what follows it",
      answer: .ref("ConversionDetail")
    ) { .json(try await detail($0)) }
    table.on(
      .get, "/conversions/reviews", .read(.reports), "Conversions that wait for somebody's approval, newest first",
      query: Self.parameters, answer: .page(of: .ref("Conversion"))
    ) { call in
      let page = try call.page
      var filter = try await filter(page, of: call)
      filter.review = .pending
      let found = try await conversions.page(
        filter, limit: page.limit, after: Self.cursor(page), of: call.place.scope)
      return .json(found.json { $0.shown(to: call.session).json })
    }
  }

  func detail(_ call: TrackerCall) async throws -> JSONValue {
    try await find(call).json
  }

  /// For the page, too.
  func find(_ call: TrackerCall) async throws -> Detail {
    let scope = call.place.scope
    let id = try call.uuid()
    guard let conversion = try await conversions.find(id, of: scope) else { throw Problem.notFound("conversion") }
    // Parent and children are of the same click.
    let others = try await conversions.list(ofClick: conversion.clickID, of: scope)
    return Detail(
      conversion: conversion.shown(to: call.session),
      history: try await conversions.history(of: id, in: scope).map { $0.shown(to: call.session) },
      parent: others.first { $0.id == conversion.parentID }?.shown(to: call.session),
      children: others.filter { $0.parentID == id }.map { $0.shown(to: call.session) },
      lifetimeValue: others.lifetimeValue(of: id),
      products: try await PurchaseStore().lines(of: [id], in: scope)[id] ?? [])
  }
}

import Core
import Database
import HTTPTypes
import Web

/// `/reseller/api/tenants`: hosted tenants of one's customers.
struct ResellerTenantAPI: Sendable {
  let desk: ResellerTenantDesk

  func register(in table: inout ResellerTable) {
    table.define("reseller_tenant", HostedTenant.resellerSchema)
    table.on(
      .get, "/tenants", .resellerRead(.licences), "Hosted tenants of one's customers, the newest first",
      query: .page + [
        QueryParameter("status", .choice(HostedTenant.Status.allCases.map(\.rawValue)), "In this status."),
        QueryParameter("customer_id", .integer, "Of this customer."),
      ], answer: .page(of: .ref("reseller_tenant"))
    ) { call in
      .json(
        try await HostedTenantStore(desk.database).list(call.listRequest, ofReseller: call.resellerID)
          .json(\.resellerJSON))
    }
    table.on(
      .post, "/tenants", .resellerWrite(.licences), "Provisions a tenant on a licence that one has sold",
      body: .json(
        .object([
          .required("slug", .string), .required("name", .string), .required("license_id", .integer),
          .required("domains", .array(.string)), .required("admin_email", .email),
        ])), answer: .ref("reseller_tenant"), status: 202, creates: true
    ) { call in
      var fields = try call.fields()
      let tenant = try await desk.provision(&fields, of: call.resellerID, by: call.actor)
      var reply = Reply.json(tenant.resellerJSON, status: 202)
      reply.fields[.location] = "\(ResellerAPI.prefix)/tenants/\(tenant.id)"
      return reply
    }
    table.on(
      .get, "/tenants/{id}", .resellerRead(.licences), "One hosted tenant, with what is being done with it",
      answer: .ref("reseller_tenant")
    ) { call in
      .json(try await desk.find(call.id(), of: call.resellerID).resellerJSON)
    }
    for act in [ResellerTenantDesk.Act.suspend, .resume, .export, .turnBack] {
      table.on(
        .post, "/tenants/{id}/\(act.rawValue)", .resellerWrite(.licences), act.summary,
        answer: .ref("reseller_tenant"), status: 202
      ) { call in
        .json(
          try await desk.act(act, on: call.id(), of: call.resellerID, by: call.actor).resellerJSON, status: 202)
      }
    }
    table.on(
      .delete, "/tenants/{id}", .resellerWrite(.licences), ResellerTenantDesk.Act.delete.summary,
      answer: .ref("reseller_tenant"), status: 202
    ) { call in
      .json(
        try await desk.act(.delete, on: call.id(), of: call.resellerID, by: call.actor).resellerJSON, status: 202)
    }
  }
}

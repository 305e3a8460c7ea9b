import Core
import Database
import Security
import Web

/// Who acts for the customer.
struct TeamPages: Sendable {
  let database: ConnectionPool
  let desk: TeamDesk
  let layout: Layout
  let clock: any WallClock

  static let path = "/portal/team"

  func register(in table: inout PortalTable) {
    table.page("/team", .portalRead(.team), "The team") { call in try await page(call, nil) }
    table.action("/team/invitations", .portalWrite(.team), "Invites somebody", bodyLimit: 16_384, handler: invite)
    table.action("/team/invitations/{id}/withdraw", .portalWrite(.team), "Withdraws an invitation") { call in
      try await desk.withdraw(call.id(), by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "The invitation is withdrawn."))
    }
    table.action("/team/members/{id}/role", .portalWrite(.team), "Changes somebody's role", handler: setRole)
    // Whoever belongs to a team may leave it; that others are removed by those who may is the desk's to see.
    table.action("/team/leave", .signedIn, "Leaves the team") { call in
      try await desk.remove(call.session.user.id, by: call)
      return .redirect(to: "/portal", flash: Flash(.success, "You have left the team."))
    }
    table.action("/team/members/{id}/remove", .portalWrite(.team), "Removes somebody") { call in
      try await desk.remove(call.id(), by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "They are no longer in the team."))
    }
    table.action("/switch", .signedIn, "Acts for another customer", handler: switchCustomer)
    table.openPage("/join/{token}", "What an invitation's link opens") { call in
      try await joinPage(call)
    }
    table.openAction("/join/{token}", "Takes up an invitation", bodyLimit: 16_384, handler: join)
  }

  @Sendable private func invite(_ call: PortalCall) async throws -> Reply {
    do {
      var fields = try FieldReader(.object(call.form.json()))
      let email = fields.email("email")
      let role = fields.oneOf("role", PortalRole.allCases.map(\.rawValue)).flatMap(PortalRole.init)
      try fields.finish()
      guard let email, let role else { throw Problem.internalError() }
      try await desk.invite(email, as: role, by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "An invitation is on its way to \(email)."))
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      return try await page(call, problem)
    }
  }

  @Sendable private func setRole(_ call: PortalCall) async throws -> Reply {
    guard let role = call.form["role"].flatMap(PortalRole.init) else {
      throw Problem.invalid("role", "choice", "must be owner, admin, billing or viewer")
    }
    try await desk.setRole(role, of: call.id(), by: call)
    return .redirect(to: Self.path, flash: Flash(.success, "The role is changed."))
  }

  @Sendable private func switchCustomer(_ call: PortalCall) async throws -> Reply {
    let wanted = call.form["customer"].flatMap { Int64($0) }
    guard let wanted, call.session.user.memberships.contains(where: { $0.customerID == wanted }) else {
      throw Problem.notFound("customer")
    }
    try await PortalSessionStore(database).choose(customer: wanted, in: call.session.id)
    return .redirect(to: "/portal")
  }

  @Sendable private func join(_ call: OpenCall<Vendor>) async throws -> Reply {
    guard let admission = try await desk.join(link: call.parameter("token"), head: call.head) else {
      return gone(call.place.host)
    }
    return .redirect(to: admission.lacksSecondFactor ? "/portal/second-factor" : "/portal")
      .with(PortalEntrancePages.cookie.issue(admission.token.text, for: call.head))
  }

  private func joinPage(_ call: OpenCall<Vendor>) async throws -> Reply {
    let token = call.parameter("token")
    guard let invitation = try await TeamStore(database).invitation(token: token, at: clock.now()) else {
      return gone(call.place.host)
    }
    return .html(
      layout.plain(
        "Join \(invitation.customerName)", host: call.place.host,
        """
        <p>\(invitation.invitedBy) invites \(invitation.email) to the team, as \(invitation.role.rawValue). \
        \(invitation.role.summary)</p>
        <form method="post" action="/portal/join/\(PercentCoding.encodeComponent(token))">
        <button class="btn btn-primary w-100">Join the team</button></form>
        """))
  }

  private func gone(_ host: HostBrand) -> Reply {
    .html(
      layout.plain(
        "This invitation does not work", host: host,
        """
        <p>It was used before, withdrawn, or is older than seven days. Ask whoever invited you for another.</p>
        <p><a class="btn btn-primary" href="/portal/login">Go to the sign-in</a></p>
        """), status: 410)
  }

  private func page(_ call: PortalCall, _ problem: Problem?) async throws -> Reply {
    let customer = try call.session.customer
    let team = TeamStore(database)
    let members = try await team.members(of: customer).map { row($0, call) }
    let invitations = try await team.invitations(of: customer, at: clock.now()).map { row($0, call) }
    var reply = layout.portalPage(
      Layout.Frame(title: "Team", current: Self.path), call,
      """
      \(PageParts.table("Team", ["E-mail", "Role", "Since", "Last signed in", "Act"], members, empty: "Nobody."))
      \(if: !invitations.isEmpty, PageParts.table(
        "Invitations", ["Invited", "Role", "Ends", "Act"], invitations, empty: "No invitation is open."))
      \(if: call.session.allows(.portalWrite(.team)), inviteCard(call, problem))
      \(PageParts.button(
        "Leave this team", post: "\(Self.path)/leave", call.csrfField, style: "btn ty-danger",
        confirm: "Leave the team? You will no longer see its licences."))
      """)
    reply.status = problem?.status ?? 200
    return reply
  }

  private func givable(_ call: PortalCall) -> [PortalRole] {
    PortalRole.allCases.filter { call.session.membership?.role.mayGive($0) ?? false }
  }

  private func row(_ member: TeamMember, _ call: PortalCall) -> HTML {
    let path = "\(Self.path)/members/\(member.id)"
    let mayChange =
      call.session.allows(.portalWrite(.team)) && member.id != call.session.user.id
      && givable(call).contains(member.role)
    let options = givable(call).map {
      "<option value=\"\($0.rawValue)\"\(attribute: "selected", when: $0 == member.role)>\($0.title)</option>" as HTML
    }
    let change: HTML = """
      <form class="ty-copy" method="post" action="\(path)/role">\(call.csrfField)<select class="form-select" \
      name="role" aria-label="Role of \(member.email)">\(options)</select><button class="btn">Change</button></form>
      """
    let remove = PageParts.button(
      "Remove", post: "\(path)/remove", call.csrfField, style: "btn ty-danger", confirm: "Remove \(member.email)?")
    return """
      <tr><td>\(member.email)</td><td>\(if: mayChange, change, else: "\(member.role.title)")</td>\
      <td>\(PageParts.time(member.joinedAt))</td><td>\(PageParts.time(member.lastSignInAt, never: "never"))</td>\
      <td>\(if: mayChange, remove)</td></tr>
      """
  }

  private func row(_ invitation: TeamInvitation, _ call: PortalCall) -> HTML {
    let mayWithdraw = call.session.allows(.portalWrite(.team)) && givable(call).contains(invitation.role)
    let withdraw = PageParts.button(
      "Withdraw", post: "\(Self.path)/invitations/\(invitation.id)/withdraw", call.csrfField)
    return """
      <tr><td>\(invitation.email)</td><td>\(invitation.role.title)</td><td>\(PageParts.time(invitation.expiresAt))</td>\
      <td>\(if: mayWithdraw, withdraw)</td></tr>
      """
  }

  private func inviteCard(_ call: PortalCall, _ problem: Problem?) -> HTML {
    let roles = givable(call).map { (value: $0.rawValue, title: "\($0.title): \($0.summary)") }
    return PageParts.card(
      "Invite somebody",
      """
      \(PageParts.faults(problem))<form method="post" action="\(Self.path)/invitations">\(call.csrfField)
      \(PageParts.input("email", "E-mail", type: "email", value: problem == nil ? "" : call.form["email"] ?? ""))
      \(PageParts.select("role", "Role", roles, selected: "viewer"))
      <button class="btn btn-primary">Send the invitation</button></form>
      """)
  }
}

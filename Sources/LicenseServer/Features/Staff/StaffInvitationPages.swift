import Core
import Security
import Web

/// Where somebody who is invited to the staff chooses a password. The link alone is the proof.
struct StaffInvitationPages: Sendable {
  let team: StaffTeam
  let layout: Layout

  static func path(_ token: SecretToken) -> String { "\(StaffPages.prefix)/invitation/\(token.text)" }

  func register(in table: inout StaffTable) {
    table.openPage("/invitation/{token}", "Choose a password by an invitation's link") { call in
      .html(try await page(call.parameter("token"), nil))
    }
    table.openAction("/invitation/{token}", "Sets the password an invitation is for") { call in
      let token = call.parameter("token")
      do {
        _ = try await team.accept(token: token, password: call.form["password"] ?? "", from: call.clientAddress)
        return .redirect(to: "/admin/login", flash: Flash(.success, "Your password is set. Sign in with it."))
      } catch let problem as Problem where problem.status == 422 {
        return .html(try await page(token, problem), status: 422)
      }
    }
  }

  private func page(_ token: String, _ problem: Problem?) async throws -> HTML {
    guard let member = try await team.invited(by: token) else { throw Problem.notFound("invitation") }
    return layout.plain(
      "Choose a password",
      """
      \(PageParts.faults(problem))<p>For \(member.email).</p>
      <form method="post" action="\(href: "\(StaffPages.prefix)/invitation/\(token)")">
      \(PageParts.input(
        "password", "Password", type: "password", autocomplete: "new-password", hint: "At least 12 characters."))
      <button class="btn btn-primary w-100">Set password</button></form>
      """)
  }
}

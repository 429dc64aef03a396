//! Tests of the menu and the help of each role.
use super::*;
use crate::bot::menu::{help, menu};
use crate::domain::person::Role;

const ROLES: [(&str, Role, bool); 4] = [
    ("customer", Role::Customer, false),
    ("agent", Role::Agent, true),
    ("admin", Role::Admin, false),
    ("admin_and_agent", Role::Admin, true),
];

#[test]
fn help_of_each_role() {
    for (name, role, is_agent) in ROLES {
        check(&format!("help_{name}"), |w| help(w, role, is_agent));
    }
}

#[test]
fn menus_are_valid_and_have_the_commands_of_the_role() {
    for (name, role, is_agent) in ROLES {
        for locale in Locale::ALL {
            let menu = menu(&localizer(locale), role, is_agent);
            let mut names: Vec<&str> = menu.iter().map(|(command, _)| command.as_str()).collect();
            for (command, description) in &menu {
                assert!(command.len() <= 32 && command.bytes().all(|b| b.is_ascii_lowercase()), "{command}");
                assert!((3..=256).contains(&description.encode_utf16().count()), "{command}");
            }
            names.sort_unstable();
            let all = names.len();
            names.dedup();
            assert_eq!(names.len(), all, "{name}: a command is there twice");
            for everyone in ["start", "help", "language", "cancel", "new", "mytickets"] {
                assert!(names.contains(&everyone), "{name}: {everyone}");
            }
            assert_eq!(names.contains(&"myqueue"), is_agent, "{name}");
            assert_eq!(names.contains(&"workload"), role == Role::Admin, "{name}");
            assert_eq!(names.contains(&"token"), role != Role::Customer, "{name}");
            for of_admins in ["priority", "audit", "settings", "stats"] {
                assert_eq!(names.contains(&of_admins), role == Role::Admin, "{name}: {of_admins}");
            }
        }
    }
}

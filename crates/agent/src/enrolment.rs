//! Getting this device into a project, and remembering it, so that the next start needs no server.
//!
//! Must not know how samples are taken or sent.

use dayloom_domain::{DeviceId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::account::server_key;
use crate::credentials::Credential;
use crate::link::{DeviceConfig, Link, LinkError, Project};
use crate::{Account, AgentError, Home, home};

/// An enrolment as it is remembered in home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// Whose evidence is captured under it.
    pub account: Account,
    /// Fingerprint of the token it was made with: another token may be another person's.
    pub token: String,
    /// The project's name.
    pub project_name: String,
    /// The config last heard of.
    pub config: DeviceConfig,
}

impl Enrolment {
    /// The remembered enrolment, if it is one of this credential, device and project.
    pub fn load(home: &Home, credential: &Credential, device: DeviceId) -> Option<Self> {
        let found = Self::last(home)?;
        let same_project = match &credential.project {
            Some(wanted) => wanted.trim().parse() == Ok(found.account.project_id),
            None => true,
        };
        let same = found.account.server == server_key(&credential.server)
            && found.token == credential.token.fingerprint()
            && found.account.device_id == device;
        (same && same_project).then_some(found)
    }

    /// The enrolment last remembered, whosever it is.
    pub fn last(home: &Home) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(home.enrolment()).ok()?).ok()
    }

    /// Remembers it.
    pub fn save(&self, home: &Home) -> Result<(), AgentError> {
        let path = home.enrolment();
        let bytes = serde_json::to_vec_pretty(self).expect("an enrolment is plain data");
        home::write_private(&path, &bytes, true).map_err(|error| AgentError::Home { path, error })
    }
}

/// How this device calls itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Its name, at most 255 characters.
    pub name: String,
    /// Its system, at most 32 characters.
    pub platform: String,
}

/// Asks who the person is and which projects there are, chooses one and enrols into it.
pub async fn enrol(
    link: &impl Link,
    credential: &Credential,
    device: &Device,
) -> Result<Enrolment, AgentError> {
    let projects = link.projects().await.map_err(refused)?;
    let project = choose(projects, credential.project.as_deref())?;
    let person = match link.person().await {
        Ok(id) => id.to_ascii_lowercase(),
        // An older server may not tell; the token's fingerprint tells persons apart as well, only not for ever.
        Err(
            LinkError::Refused {
                status: 404 | 405, ..
            }
            | LinkError::Undecodable,
        ) => {
            format!("token:{}", credential.token.fingerprint())
        }
        Err(error) => return Err(refused(error)),
    };
    let config = enrol_into(link, device, project.id).await?;
    Ok(Enrolment {
        account: Account {
            server: server_key(&credential.server),
            person,
            device_id: device.id,
            project_id: project.id,
        },
        token: credential.token.fingerprint(),
        project_name: project.name,
        config,
    })
}

/// Enrols into a known project, as after a 404.
pub async fn enrol_into(
    link: &impl Link,
    device: &Device,
    project: ProjectId,
) -> Result<DeviceConfig, AgentError> {
    let name: String = device.name.chars().take(255).collect();
    let platform: String = device.platform.chars().take(32).collect();
    link.enroll(device.id, project, &name, &platform)
        .await
        .map_err(|error| match error {
            LinkError::Refused {
                status: status @ (403 | 404),
                detail,
                ..
            } => {
                let hint = if detail.starts_with("Device belongs") {
                    "ask the other person to release it, or delete the file device_id in the home folder"
                } else {
                    "ask the project's administrator to let you track into it"
                };
                AgentError::EnrolmentRefused { status, detail, hint }
            }
            error => refused(error),
        })
}

fn refused(error: LinkError) -> AgentError {
    match error {
        LinkError::Refused {
            status: status @ (401 | 403),
            ..
        } => AgentError::TokenRefused { status },
        error => AgentError::Link(error),
    }
}

/// The project asked for, or where none was, the first by name, then id.
fn choose(mut projects: Vec<Project>, wanted: Option<&str>) -> Result<Project, AgentError> {
    projects.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    let Some(wanted) = wanted.map(str::trim).filter(|wanted| !wanted.is_empty()) else {
        return projects.into_iter().next().ok_or(AgentError::NoProject);
    };
    let id = wanted.parse::<ProjectId>().ok();
    if let Some(found) = projects.iter().find(|project| Some(project.id) == id) {
        return Ok(found.clone());
    }
    if projects.is_empty() {
        return Err(AgentError::NoProject);
    }
    let listed: Vec<_> = projects
        .iter()
        .map(|project| format!("{} ({})", project.name, project.id))
        .collect();
    Err(AgentError::UnknownProject {
        wanted: wanted.to_owned(),
        listed: listed.join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(id: &str, name: &str) -> Project {
        Project {
            id: id.parse().unwrap(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_wrong_project_is_an_error_that_names_those_there_are() {
        let first = "00000000-0000-4000-8000-00000000000a";
        let second = "00000000-0000-4000-8000-00000000000b";
        let projects = vec![project(second, "Zebra"), project(first, "Atlas")];
        assert_eq!(choose(projects.clone(), None).unwrap().name, "Atlas");
        assert_eq!(choose(projects.clone(), Some(" ")).unwrap().name, "Atlas");
        assert_eq!(
            choose(projects.clone(), Some(&second.to_uppercase()))
                .unwrap()
                .name,
            "Zebra"
        );
        let error = choose(projects, Some("00000000-0000-4000-8000-00000000000c"))
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "project 00000000-0000-4000-8000-00000000000c is not one you can track into; there are: \
             Atlas (00000000-0000-4000-8000-00000000000a), Zebra (00000000-0000-4000-8000-00000000000b)"
        );
        assert!(matches!(choose(vec![], Some(first)), Err(AgentError::NoProject)));
    }
}

//! A compositor made here, that speaks the real protocol over a real socket.

use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use wayland_protocols::ext::idle_notify::v1::server::{
    ext_idle_notification_v1::ExtIdleNotificationV1 as Notification,
    ext_idle_notifier_v1::{ExtIdleNotifierV1 as Notifier, Request},
};
use wayland_server::protocol::wl_seat;
use wayland_server::{Client, DataInit, Display, DisplayHandle, GlobalDispatch, New, backend::ClientData};

use super::*;

#[derive(Default)]
struct Compositor {
    notifications: Vec<Notification>,
    asked_for_input_alone: bool,
}

struct Nobody;

impl ClientData for Nobody {}

impl GlobalDispatch<Notifier, ()> for Compositor {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        new: New<Notifier>,
        (): &(),
        init: &mut DataInit<'_, Self>,
    ) {
        init.init(new, ());
    }
}

impl GlobalDispatch<wl_seat::WlSeat, ()> for Compositor {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        new: New<wl_seat::WlSeat>,
        (): &(),
        init: &mut DataInit<'_, Self>,
    ) {
        init.init(new, ());
    }
}

impl wayland_server::Dispatch<Notifier, ()> for Compositor {
    fn request(
        state: &mut Self,
        _: &Client,
        _: &Notifier,
        request: Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        match request {
            Request::GetIdleNotification { id, .. } => state.notifications.push(init.init(id, ())),
            Request::GetInputIdleNotification { id, .. } => {
                state.asked_for_input_alone = true;
                state.notifications.push(init.init(id, ()));
            }
            _ => {}
        }
    }
}

impl wayland_server::Dispatch<Notification, ()> for Compositor {
    fn request(
        _: &mut Self,
        _: &Client,
        _: &Notification,
        _: <Notification as wayland_server::Resource>::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
    }
}

impl wayland_server::Dispatch<wl_seat::WlSeat, ()> for Compositor {
    fn request(
        _: &mut Self,
        _: &Client,
        _: &wl_seat::WlSeat,
        _: wl_seat::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
    }
}

/// What a test tells the compositor to report.
enum Report {
    Idled,
    Resumed,
    End,
}

/// Runs a compositor with a version of the protocol, or without it, at the other end of the stream.
fn compositor(version: Option<u32>, stream: UnixStream) -> (Sender<Report>, Arc<AtomicBool>) {
    let (reports, todo): (_, Receiver<Report>) = channel();
    let input_alone = Arc::new(AtomicBool::new(false));
    let told = input_alone.clone();
    std::thread::spawn(move || {
        let mut display: Display<Compositor> = Display::new().expect("a display");
        let mut handle = display.handle();
        handle.create_global::<Compositor, wl_seat::WlSeat, ()>(7, ());
        if let Some(version) = version {
            handle.create_global::<Compositor, Notifier, ()>(version, ());
        }
        handle.insert_client(stream, Arc::new(Nobody)).expect("a client");
        let mut state = Compositor::default();
        loop {
            display.dispatch_clients(&mut state).expect("dispatched");
            told.store(state.asked_for_input_alone, Ordering::SeqCst);
            match todo.recv_timeout(Duration::from_millis(5)) {
                Ok(Report::Idled) => state.notifications.iter().for_each(Notification::idled),
                Ok(Report::Resumed) => state.notifications.iter().for_each(Notification::resumed),
                Ok(Report::End) => return,
                Err(_) => {}
            }
            display.flush_clients().expect("flushed");
        }
    });
    (reports, input_alone)
}

async fn until(source: &mut WaylandIdle, holds: impl Fn(&Result<Duration, Lost>) -> bool) {
    for _ in 0..24_000 {
        if holds(&source.idle(Timestamp::UNIX_EPOCH).await) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("waited in vain: {:?}", source.idle(Timestamp::UNIX_EPOCH).await);
}

#[tokio::test]
async fn pauses_and_input_are_followed_until_the_compositor_ends() {
    let hour = Duration::from_secs(3600);
    for (version, input_alone) in [(1, false), (2, true)] {
        let (ours, theirs) = UnixStream::pair().expect("a pair");
        let (reports, asked) = compositor(Some(version), theirs);
        let mut source = start(move || Connection::from_socket(ours))
            .await
            .expect("it speaks the protocol");
        reports.send(Report::Idled).expect("it runs");
        until(&mut source, |idle| idle.as_ref().is_ok_and(|idle| *idle > hour)).await;
        assert_eq!(asked.load(Ordering::SeqCst), input_alone);
        reports.send(Report::Resumed).expect("it runs");
        until(&mut source, |idle| *idle == Ok(Duration::ZERO)).await;
        reports.send(Report::Idled).expect("it runs");
        until(&mut source, |idle| {
            idle.as_ref().is_ok_and(|idle| *idle >= PAUSE && *idle < hour)
        })
        .await;
        reports.send(Report::End).expect("it runs");
        until(&mut source, Result::is_err).await;
    }
}

#[tokio::test]
async fn a_compositor_without_the_protocol_is_refused_with_a_reason() {
    let (ours, theirs) = UnixStream::pair().expect("a pair");
    let (_reports, _) = compositor(None, theirs);
    let refused = start(move || Connection::from_socket(ours))
        .await
        .err()
        .expect("refused");
    assert!(refused.reason.contains("ext-idle-notify-v1"), "{refused:?}");
    let nobody = start(|| Err::<Connection, ()>(())).await.err().expect("refused");
    assert!(nobody.reason.contains("does not answer"));
}

//! The keys derived from the one secret of the auth function: three independent keys, each in as
//! many versions as the secret has.

use environment::BadSetting;
use errors::Error;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
    hmac,
    rand::{SecureRandom, SystemRandom},
};

const MIN_SECRET_BYTES: usize = 32;

pub struct Keyring {
    /// The newest first.
    versions: Vec<Version>,
}

struct Version {
    refresh: hmac::Key,
    digest: hmac::Key,
    seal: LessSafeKey,
}

impl Keyring {
    /// The keys of `secret`: one, or several separated by commas, the newest first.
    pub fn new(secret: &str) -> Result<Self, BadSetting> {
        let versions = secret.split(',').map(|secret| Version::new(secret.trim()));
        Ok(Self { versions: versions.collect::<Result<_, _>>()? })
    }

    /// The MAC of a refresh token.
    pub fn refresh_mac(&self, message: &[u8]) -> hmac::Tag {
        hmac::sign(&self.versions[0].refresh, message)
    }

    /// Whether `mac` is one of ours, cut to its length.
    pub fn is_refresh_mac(&self, message: &[u8], mac: &[u8]) -> bool {
        self.versions.iter().any(|version| {
            let whole = hmac::sign(&version.refresh, message);
            // Both are hashed once more, so that the time of the comparison reveals nothing.
            let blind = |bytes| hmac::sign(&version.digest, bytes);
            blind(&whole.as_ref()[..mac.len().min(whole.as_ref().len())]).as_ref()
                == blind(mac).as_ref()
        })
    }

    /// A digest under a key: for codes, which can be tried one by one, and for addresses, which are
    /// known. It always uses the newest secret, because what it names lives only for minutes.
    pub fn digest(&self, domain: &str, text: &str) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.versions[0].digest);
        context.update(domain.as_bytes());
        context.update(&[0]);
        context.update(text.as_bytes());
        context.sign().as_ref().to_vec()
    }

    /// Encrypt, so that only this keyring can read it, and only under the same `name`.
    pub fn seal(&self, name: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(Error::internal)?;
        let mut sealed = plain.to_vec();
        self.versions[0]
            .seal
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(name.as_bytes()),
                &mut sealed,
            )
            .map_err(Error::internal)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Decrypt what [`Self::seal`] made.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        self.versions.iter().find_map(|version| {
            let mut plain = sealed.to_vec();
            let nonce = Nonce::assume_unique_for_key(*nonce);
            let aad = Aad::from(name.as_bytes());
            version.seal.open_in_place(nonce, aad, &mut plain).ok().map(|plain| plain.to_vec())
        })
    }
}

impl Version {
    fn new(secret: &str) -> Result<Self, BadSetting> {
        if secret.len() < MIN_SECRET_BYTES {
            let problem = "is shorter than 32 characters, and so can be guessed.";
            return Err(BadSetting::new("AUTH_SECRET", problem));
        }
        let root = Salt::new(HKDF_SHA256, b"convene auth").extract(secret.as_bytes());
        let derive = |purpose: &'static [u8]| {
            let mut key = [0; 32];
            root.expand(&[purpose], HKDF_SHA256)
                .and_then(|output| output.fill(&mut key))
                .map_err(|_| BadSetting::new("AUTH_SECRET", "cannot be used."))?;
            Ok(key)
        };
        let seal = UnboundKey::new(&AES_256_GCM, &derive(b"seal")?)
            .map_err(|_| BadSetting::new("AUTH_SECRET", "cannot be used."))?;
        Ok(Self {
            refresh: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"refresh")?),
            digest: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"digest")?),
            seal: LessSafeKey::new(seal),
        })
    }
}

"""Hashes of the demonstration's passwords (« empreintes »), made once: hashing a thousand takes a minute.

Nothing here opens anything but the demonstration.
"""

# Three hashes of the tenants’ password, with three salts, shared by all demonstration accounts.
TENANT_HASHES = (
    "$argon2id$v=19$m=19456,t=2,p=1$aut0fVJhjhgg8xPZ2pSBZQ$p4nVcc98I9FQ5iVQwpQQMt4i58WhFC01QlH56MDzVjY",
    "$argon2id$v=19$m=19456,t=2,p=1$wvsOuxDWIEqdtxeK+185mg$EzCD78xPEg8X0EoLkmUSiie4otrT3GUbSrFm/DNbuVk",
    "$argon2id$v=19$m=19456,t=2,p=1$uwEIK/DwIC32WKDjdG84FA$uJ51/VgsUbyGC8F9N0paqr8aIM3KG7aOwrtj4TiLes0",
)
AGENT_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$DqpSdLRoZvGl20YO8ec8AQ$lwUVjyPGcnpOcfqWLYECZ4Rn4QRA9XzNnNmK1jxGBK4"
)
# The key of the agent’s telephone, and the one recovery code: any application shows the panel’s codes.
AGENT_KEY, AGENT_RECOVERY = "LITTORALHABITATDEMO2345672345677", "DEMODEMODEMODEMO"
# The same password as a former payment site kept it: bcrypt as of PHP, PBKDF2 as of Django and passlib.
BCRYPT_HASH = "$2y$10$pEUbWxt8uGf1ZBPjLDXptuKF/8J69KBqiDQhR4mqkQ9fEuXP4Wk/O"
DJANGO_HASH = "pbkdf2_sha256$260000$oWXT9CmaZaJV41qYRovheD$nr8sgbtKiPWfWu1X3CBfWnSWcroENExFLsFuNJbK5jU="
PASSLIB_HASH = (
    "$pbkdf2-sha512$25000$ofVzkp9MVkITfJ096VEeIQ$"
    "FbWaxKyeT79ouG2DkmHHfjnYvES.kF3/pvFD2lvVzUjKY2FTcJSMGl7a788FrglIqgB.e/9gSP6R1rtMeENf7Q"
)
FORMER_HASHES = (BCRYPT_HASH, DJANGO_HASH, PASSLIB_HASH)
FORMER_SHARE = 8

/** A service that draws for many clients, as {@code docs/spring-boot.md} explains it. */
package example.service;
